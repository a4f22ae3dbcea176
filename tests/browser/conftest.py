"""Browser tests: Debian's own chromium, the demo company, one server per test module."""

import shutil

import pytest

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
DEMO_PASSWORD = "haitu-demo"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium (Debian: apt-get install chromium)")
    return {**browser_type_launch_args, "executable_path": chromium, "args": FLAGS}


@pytest.fixture
def visit(new_context, server):
    """visit("seller1", phone=True) is a page on which that demo user is logged in; with no name, the login page.

    Whatever the page complains about (an exception, the CSP, an answer of 500) fails the test at its end.
    """
    complaints = []

    def open_page(login=None, phone=False, locale="zh-CN", **options):
        size = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {"viewport": DESKTOP}
        page = new_context(locale=locale, base_url=server.address, **size, **options).new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
        page.on("response", lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None)
        page.goto("/login")
        if login:
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", DEMO_PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield open_page
    assert complaints == []
