"""Everything a person can be shown: all pages by their links, as parts too, and every address with a word put into it."""

from tests.pages import PART
from tests.test_crawl import crawl

LISTS = ("/leads", "/pools/1", "/customers", "/opportunities", "/quotes", "/orders", "/products", "/tickets", "/notices", "/approvals", "/imports")
ARGUMENTS = (
    "q", "view", "tab", "status", "source", "city", "within", "whose", "who", "owner", "sort", "order", "category", "priority",
    "customer", "after", "before", "level", "industry", "show", "expected", "name", "pool", "unfold", "active", "only",
)
FRAGMENTS = ("/search", "/customers/options", "/leads/duplicates", "/leads/new", "/customers/new", "/opportunities/new", "/tickets/new")


class Recorder:
    """A browser that keeps every answer: [(address, answer)]."""

    def __init__(self, client):
        self.client, self.application, self.answers = client, client.application, []

    def get(self, path, **options):
        answer = self.client.get(path, **options)
        self.answers.append((path, answer))
        return answer

    def everything(self, *more):
        """All that links lead to, and what else is asked for; the answers."""
        _opened, faults = crawl(self)
        assert not faults, "\n".join(faults)
        for path in more:
            self.get(path)
            self.get(path, headers=PART)
        return self.answers

    def reflections(self, word):
        """Every list and fragment with the word in every argument it might read."""
        for path in (*LISTS, *FRAGMENTS):
            for headers in ({}, PART):
                self.client.get(path, query_string=dict.fromkeys(ARGUMENTS, word), headers=headers)
                self.answers += [
                    (f"{path}?{name}=", self.client.get(path, query_string={name: word}, headers=headers)) for name in ARGUMENTS
                ]
        return self.answers
