"""Haitu as a process: it starts, it survives being killed, and it is set up once."""

from http.client import HTTPConnection

import pytest

from tests.server import Visitor, all_at_once

FOUNDER = {"company": "海图测试有限公司", "name": "赵行政", "login": "admin", "password": "seven green maps", "content": "empty"}
START_UP = 10  # seconds, beside other tests; alone it takes one


def test_it_says_how_it_is(serve):
    health = serve().health()
    assert health["status"] == "ok"
    assert health["engine"] in ("SQLite", "PostgreSQL")
    assert health["schema_version"]


def test_it_starts_again_after_being_killed(serve):
    server = serve()
    Visitor(server).get("/setup")
    server.kill()
    assert server.start() < START_UP
    assert server.health()["status"] == "ok"


@pytest.mark.parametrize("visitors", [2, 16])
def test_of_those_who_set_up_at_the_same_moment_one_wins(serve, visitors):
    server = serve()
    browsers = [Visitor(server) for _ in range(visitors)]
    for browser in browsers:
        browser.get("/setup")
    forms = [FOUNDER | {"login": f"admin{n}"} for n in range(visitors)]
    answers = all_at_once([browser.hold_post("/setup", form) for browser, form in zip(browsers, forms)])
    assert sorted({answer.status for answer in answers}) in ([303, 404], [303, 409], [303, 404, 409])
    assert [answer.status for answer in answers].count(303) == 1
    assert Visitor(server).get("/setup").status == 404


def test_the_demo_lets_its_people_in(server):
    assert Visitor(server).login("admin", "haitu-demo").get("/profile").status == 200


def test_a_body_that_no_file_needs_is_not_even_taken_in(server):
    """Otherwise a stranger fills the disk with what is thrown away afterwards."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.putrequest("POST", "/login")
    connection.putheader("Content-Length", str(10**9))
    connection.endheaders()
    assert connection.getresponse().status == 413
