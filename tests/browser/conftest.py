"""Browser tests: Debian's own chromium, the demo company, one server per test module."""

import re

import pytest
from playwright.sync_api import expect

from domain.demo import PASSWORD
from tests.browser.chromium import DESKTOP, PHONE, launch_arguments

EXPECTED = re.compile(r"the server responded with a status of 4\d\d")  # a refusal is an answer, not a fault
PATIENCE = 15_000  # ms; a busy machine, never a sleep

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    arguments = launch_arguments()
    if arguments is None:
        pytest.skip("no chromium (Debian: apt-get install chromium)")
    return {**browser_type_launch_args, **arguments}


@pytest.fixture(scope="module")
def browser(launch_browser):
    """One per module: a browser that dies takes no other module with it."""
    launched = launch_browser()
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def cookies():
    """{login: storage state} of the module's server, so that everybody logs in once."""
    return {}


@pytest.fixture
def visit(new_context, server, cookies):
    """visit("seller1", phone=True) is a page on which that demo user is logged in; with no name, the login page.

    Whatever a page complains about (an exception, the console, the CSP, an answer of 500) fails the test at its end, and so
    does whatever it asks of another server than ours.
    """
    complaints, ours = [], (f"{server.address}/", "data:", "blob:")

    def open_page(login=None, phone=False, locale="zh-CN", **options):
        size = PHONE if phone else DESKTOP
        context = new_context(locale=locale, base_url=server.address, storage_state=cookies.get(login), **size, **options)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda line: complain(page, line))
        page.on("request", lambda asked: complaints.append(f"asked {asked.url}") if not asked.url.startswith(ours) else None)
        page.on("response", lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None)
        page.goto("/" if login in cookies else "/login")
        if login and login not in cookies:
            log_in(page, login)
            cookies[login] = context.storage_state()
        return page

    def complain(page, line):
        if line.type == "error" and not EXPECTED.search(line.text) or "Content Security Policy" in line.text:
            complaints.append(f"{page.url}: {line.text}")

    yield open_page
    assert complaints == []


def log_in(page, login):
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
