"""Messages: who is told of what, once, in his own language."""

from datetime import datetime

import pytest
from flask_babel import force_locale

from domain import approvals, events, notifications, transaction
from models import Notice, User
from tests import offers, routes

NOON = datetime(2026, 11, 23, 4)


def told(user):
    return [notice.verb for notice in Notice.select().where(Notice.user == user).order_by(Notice.id)]


@pytest.fixture
def asks_finance(cast):
    routes.lead_through(routes.role(User.FINANCE))


def test_everyone_of_the_role_is_asked_but_not_who_left(cast, asks_finance):
    User.update(role=User.FINANCE).where(User.login << ["rival", "disabled"]).execute()
    approvals.submit(offers.quote(cast.seller), by=cast.seller)
    assert (told(cast.finance), told(cast.rival), told(cast.disabled)) == (["quote.submitted"], ["quote.submitted"], [])


def test_the_submitter_is_never_asked_himself(cast, asks_finance):
    User.update(role=User.FINANCE).where(User.id == cast.manager).execute()
    approvals.submit(offers.quote(cast.seller), by=User.get_by_id(cast.manager))
    assert told(cast.manager) == []


def test_a_manager_who_rejects_what_he_owns_himself_gets_no_message_of_it(cast):
    quote = offers.quote(cast.seller)
    with transaction():
        events.record("quote.rejected", quote, by=cast.seller, comment="x")
    assert told(cast.seller) == []


def test_a_person_named_twice_gets_one_message(cast):
    notifications.notify([cast.seller, cast.seller], "lead.assigned", offers.quote(cast.seller), actor="x", name="y")
    assert len(told(cast.seller)) == 1


def test_reading_counts_once(cast):
    notifications.notify([cast.seller], "lead.assigned", offers.quote(cast.seller), actor="x", name="y")
    notice = Notice.get()
    notifications.read(notice, at=NOON)
    notifications.read(notice)
    assert Notice.get().read_at == NOON


def test_reading_all_leaves_what_came_since_and_what_is_another_persons(cast):
    quote = offers.quote(cast.seller)
    for reader in (cast.seller, cast.rival, cast.seller):
        notifications.notify([reader], "lead.assigned", quote, actor="x", name="y")
    first, _, last = Notice.select().order_by(Notice.id)
    assert notifications.read_all(cast.seller, up_to=first.id) == 1
    assert Notice.get_by_id(last.id).read_at is None
    assert notifications.read_all(cast.seller, up_to=last.id + 99) == 1
    assert Notice.get(Notice.user == cast.rival).read_at is None


@pytest.mark.parametrize(("locale", "words"), [("zh_Hans_CN", "请你审批报价"), ("en", "asks for your approval")])
def test_a_message_speaks_the_readers_language(app, cast, asks_finance, locale, words):
    approvals.submit(offers.quote(cast.seller), by=cast.seller)
    with app.test_request_context(), force_locale(locale):
        assert words in notifications.sentence(Notice.get())


@pytest.mark.parametrize("verb", ["approve", "reject", "withdraw"])
def test_a_question_that_is_answered_is_no_longer_unread(cast, asks_finance, verb):
    User.update(role=User.FINANCE).where(User.id == cast.rival).execute()
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    decide = {"approve": lambda: approvals.approve(quote, by=cast.finance), "withdraw": lambda: approvals.withdraw(quote, by=cast.seller),
              "reject": lambda: approvals.reject(quote, by=cast.finance, comment="x")}
    decide[verb]()
    assert not Notice.select().where(Notice.user << [cast.finance, cast.rival], Notice.read_at.is_null()).exists()


def test_every_reaction_that_writes_a_message_has_a_sentence_for_it():
    named = {verb for verb, names in events.REACTIONS.items() if any(".ask_" in name or ".tell_" in name for name in names)}
    assert named <= notifications.SENTENCES.keys()


def test_days_and_times_in_a_message_are_kept_as_such_and_written_in_the_readers_language(app, cast):
    for verb, facts, english, chinese in (
        ("quote.expired", {"day": "2019-11-30"}, "expired on 30 Nov 2019.", "已于 2019-11-30 过期"),
        ("recycling.due_owner", {"last_day": "2019-11-30"}, "after 30 Nov 2019 by", "过了 2019-11-30 就会"),
        ("user.stand_in_named", {"starts_on": "2019-11-30", "ends_on": "2019-12-02"}, "30 Nov 2019 to 2 Dec 2019:", "2019-11-30 到 2019-12-02"),
        ("company.collisions_counted", {"month": "2019-11"}, "In Nov 2019, ", "2019-11 有"),
        ("quote.approval_reminded", {"since_at": "2019-11-30T04:00:00"}, "since Sat 30 Nov 2019 12:00.", "从 2019-11-30 周六 12:00 起"),
    ):
        names = dict.fromkeys(("actor", "number", "customer", "name", "names", "rule"), "x")
        notice = Notice(verb=verb, facts=names | facts)
        for language, said in (("en", english), ("zh_Hans_CN", chinese)):
            with app.test_request_context(), force_locale(language):
                assert said in notifications.sentence(notice), verb
