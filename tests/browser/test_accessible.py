"""axe finds nothing serious on the main pages, in light and in dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = {
    "": ["/login"],
    "seller1": ["/", "/notices", "/pools", "/leads", "/leads/new", "/customers", "/opportunities", "/opportunities?view=list", "/quotes",
                "/orders", "/products", "/tickets", "/tickets/new", "/search?q=gq", "/profile"],
    "manager": ["/approvals", "/imports"],
    "admin": ["/settings", "/settings/people", "/settings/flows", "/design"],
}
RECORDS = ["/leads", "/customers", "/opportunities?view=list", "/quotes", "/orders", "/tickets"]
GRAVE = ("serious", "critical")
RULES = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}  # the dark theme changes nothing but colours


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("login", PAGES)
def test_the_pages_of(visit, login, theme):
    page = visit(login, color_scheme=theme, reduced_motion="reduce")
    assert [fault for path in PAGES[login] for fault in faults(page, path, theme)] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_records(visit, theme):
    page = visit("seller1", color_scheme=theme, reduced_motion="reduce")
    found = []
    for path in RECORDS:
        page.goto(path)
        found += faults(page, page.locator("td.title a").first.get_attribute("href"), theme)
    assert found == []


def faults(page, path, theme):
    page.goto(path)
    page.wait_for_load_state("networkidle")
    for violation in Axe().run(page, options=RULES[theme]).response["violations"]:
        if violation["impact"] in GRAVE:
            yield f"{path}: {violation['id']} at {violation['nodes'][0]['target']} {violation['nodes'][0]['failureSummary'][:200]}"
