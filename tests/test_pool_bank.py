"""Many people at the pool for seconds on end: every lead accounted for, one owner at a time, no lock error."""

from tests import bank
from tests.crowd import rows_of

PEOPLE, LEADS, SECONDS = 32, 120, 5


def test_a_crowd_that_moves_leads_while_nights_pass_leaves_the_books_balanced(serve):
    server = serve()
    with rows_of(server):
        report = bank.run(server, bank.furnish(server, PEOPLE, LEADS), SECONDS)
    assert report.faults == []
    statuses = {status for _verb, status in report.answers}
    assert statuses <= {*bank.DONE, *bank.REFUSED}, report.answers
    assert all(report.done(verb) for verb in bank.VERBS) and report.recycled, str(report)
