"""Every page that a person can reach by links: none breaks, none writes, none shows what it should not (see WatchedClient)."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urlsplit

import pytest

from models import User
from tests.pages import PART

LINK = re.compile(r'(?:href|hx-get|src)="(/[^"#]*)')
PEOPLE = ["admin", "manager", "seller1", "seller2", "finance", "service", "outsider"]
FEWEST = 15
OF_A_KIND = 3  # pages of one route that are opened; the fourth lead looks like the third

pytestmark = [pytest.mark.demo_company, pytest.mark.once]


def endpoint(application, path):
    return application.url_map.bind("").match(urlsplit(path).path, method="GET")[0]


def crawl(client, start="/"):
    """({endpoint: how many of its pages were opened}, faults), following links breadth first."""
    opened, faults, waiting, seen = Counter(), [], [(start, "nowhere")], {start}
    while waiting:
        path, origin = waiting.pop(0)
        name = endpoint(client.application, path)
        if name == "static" or opened[name] >= OF_A_KIND:
            continue
        opened[name] += 1
        try:
            if opened[name] == 1:
                client.get(path, headers=PART)
            answer = client.get(path, follow_redirects=True)
            assert answer.status_code in (200, 204), f"{origin} leads to {path}, which answers {answer.status_code}"
        except AssertionError as fault:
            faults.append(str(fault).splitlines()[0])
            continue
        if answer.mimetype == "text/html":
            found = [link for link in map(unescape, LINK.findall(answer.text)) if link not in seen]
            waiting += [(link, path) for link in found]
            seen.update(found)
    return opened, faults


@pytest.mark.parametrize(("name", "language"), [*((name, "zh") for name in PEOPLE), ("admin", "en"), ("seller1", "en")])
def test_every_link_leads_somewhere(name, language, login):
    person = User.get(User.login == name)
    person.language = language
    person.save()
    opened, faults = crawl(login(person))
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
    assert opened.total() > FEWEST
