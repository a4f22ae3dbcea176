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
THEMES = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}  # the dark theme changes nothing but colours


@pytest.mark.parametrize("login", PAGES)
def test_the_pages_of(visit, login):
    page = visit(login, reduced_motion="reduce")
    assert [fault for path in PAGES[login] for fault in faults(page, path)] == []


def test_the_records(visit):
    page = visit("seller1", reduced_motion="reduce")
    found = []
    for path in RECORDS:
        page.goto(path)
        found += faults(page, page.locator("td.title a").first.get_attribute("href"))
    assert found == []


def faults(page, path):
    page.emulate_media(color_scheme="light")
    page.goto(path)
    page.wait_for_load_state("networkidle")
    for theme, rules in THEMES.items():
        page.emulate_media(color_scheme=theme)
        for violation in Axe().run(page, options=rules).response["violations"]:
            if violation["impact"] in GRAVE:
                node = violation["nodes"][0]
                yield f"{path}, {theme}: {violation['id']} at {node['target']} {node['failureSummary'][:200]}"
