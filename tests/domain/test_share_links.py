"""The link of a quote: who may make it, what it opens, what a customer answers, and that he decides once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from domain import Refused, check_codes, doors, events, now, quote_links, quote_replies, quotes, signatures, timeline
from models import Event, Notice, Quote, QuoteLink, QuoteReply, QuoteVisit, db
from tests import offers

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
def quote(cast):
    return offers.approved(cast.seller)


@pytest.fixture
def link(cast, quote):
    return quote_links.behind(quote_links.make(quote, by=cast.seller))


def fresh(quote):
    return Quote.with_people().where(Quote.id == quote.id).get()


def second_version(cast, quote):
    """An approved V2 of the same number; V1 is replaced by it."""
    Quote.update(superseded_at=now(), is_newest=False).where(Quote.id == quote.id).execute()
    later = offers.approved(cast.seller, opportunity=quote.opportunity, number="Q-later", off=20_000)
    Quote.update(number=quote.number, version=2).where(Quote.id == later.id).execute()
    return fresh(later)


def test_a_token_has_256_bits_and_only_its_hash_is_kept(cast, quote):
    token = quote_links.make(quote, by=cast.seller)
    assert len(token) >= 43
    kept = QuoteLink.get()
    assert kept.token_hash == quote_links.digest(token) and token not in str(kept.__data__)
    assert all(token not in str(event.detail) for event in Event.select())


def test_a_new_link_ends_the_one_that_was_copied_before(cast, quote):
    first, second = (quote_links.make(quote, by=cast.seller) for _turn in range(2))
    assert quote_links.behind(first) is None
    assert quote_links.behind(second).quote == quote
    quote_links.close(quote, by=cast.seller)
    assert quote_links.behind(second) is None
    with pytest.raises(Refused):
        quote_links.close(quote, by=cast.seller)


def test_with_its_first_link_a_quote_counts_as_sent(cast, quote):
    at = now() - DAY
    quote_links.make(quote, by=cast.seller, at=at)
    quote_links.make(quote, by=cast.seller)
    assert fresh(quote).sent_at == at


@pytest.mark.parametrize("columns", [
    {"status": Quote.DRAFT}, {"status": Quote.PENDING}, {"superseded_at": now()}, {"valid_until": (now() - 2 * DAY).date()},
])
def test_only_what_is_approved_in_force_and_the_newest_goes_out(cast, quote, columns):
    Quote.update(**columns).where(Quote.id == quote.id).execute()
    with pytest.raises(Refused):
        quote_links.make(quote, by=cast.seller)
    assert QuoteLink.select().count() == 0 and fresh(quote).sent_at is None


def test_an_acceptance_is_kept_with_its_signature_and_told_to_the_owner(cast, quote, link):
    picture = signatures.drawn(PNG)
    quote_replies.accept(link, link.quote, "张三", "13800000000", picture, "192.0.2.1")
    reply = QuoteReply.get()
    assert (reply.what, reply.name, bytes(reply.signature)) == ("accepted", "张三", picture)
    assert fresh(quote).accepted_at == reply.at
    assert Notice.get(Notice.verb == "quote.accepted").user == cast.seller
    assert timeline.of(fresh(quote), cast.seller)[0][0].verb == "quote.accepted"
    assert quote_links.story(fresh(quote)).decision == reply


def test_a_refusal_keeps_its_reason(cast, quote, link):
    quote_replies.decline(link, link.quote, "价格太高")
    assert fresh(quote).declined_at and QuoteReply.get().body == "价格太高"
    assert Notice.get(Notice.verb == "quote.declined").facts["comment"] == "价格太高"


def test_whoever_has_decided_does_not_decide_again(cast, quote, link):
    quote_replies.accept(link, link.quote, "张三", "13800000000")
    for again in (
        lambda: quote_replies.accept(link, link.quote, "李四", "13800000001"), lambda: quote_replies.decline(link, link.quote, "不要了"),
    ):
        with pytest.raises(Refused):
            again()
    assert QuoteReply.select().count() == 1 and fresh(quote).declined_at is None


def test_of_many_who_decide_at_once_one_does(cast, quote, link, database):
    ready, said = Barrier(12), []

    def decide(number):
        with db.connection_context():
            ready.wait()
            try:
                if number % 2:
                    quote_replies.accept(link, link.quote, f"人{number}", "13800000000", address=f"192.0.2.{number}")
                else:
                    quote_replies.decline(link, link.quote, "不要", address=f"192.0.2.{number}")
                said.append("done")
            except Refused:
                said.append("refused")

    threads = [Thread(target=decide, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done"] + ["refused"] * 11
    assert QuoteReply.select().count() == 1
    stored = fresh(quote)
    assert (stored.accepted_at is None) != (stored.declined_at is None)
    assert Notice.select().where(Notice.verb.in_(("quote.accepted", "quote.declined"))).count() == 1
    assert events.broken_link() is None


def test_an_offer_ends_with_the_last_day_of_its_validity(cast, quote, link):
    end = quote.valid_until
    assert quote_links.state_of(quote, at=quotes_day(end)) == quote_links.OPEN
    with pytest.raises(Refused):
        quote_replies.accept(link, link.quote, "张三", "13800000000", at=quotes_day(end + DAY))
    assert quote_links.state_of(quote, at=quotes_day(end + DAY)) == quote_links.EXPIRED
    quote_replies.accept(link, link.quote, "张三", "13800000000", at=quotes_day(end))


def quotes_day(day):
    """Noon in China of a day."""
    return now().replace(year=day.year, month=day.month, day=day.day, hour=4)


def test_a_replaced_version_offers_the_new_one_once_the_customer_was_given_it(cast, quote, link):
    later = second_version(cast, quote)
    assert quote_links.state_of(fresh(quote)) == quote_links.SUPERSEDED
    assert quote_links.newer(quote) is None and quote_links.shown(link, 2) is None
    quote_links.make(later, by=cast.seller)
    assert quote_links.newer(quote) == later and quote_links.shown(link, 2) == later
    with pytest.raises(Refused):
        quote_replies.accept(link, fresh(quote), "张三", "13800000000")
    quote_replies.accept(link, later, "张三", "13800000000")
    assert fresh(later).accepted_at and fresh(quote).accepted_at is None


def test_questions_may_be_asked_twenty_times_a_day_through_one_link(cast, quote, link):
    at = now()
    for n in range(quote_replies.PER_LINK):
        quote_replies.ask(link, quote, f"问题{n}", address=f"192.0.2.{n}", at=at)
    with pytest.raises(Refused):
        quote_replies.ask(link, quote, "又一个", address="192.0.2.99", at=at + HOUR)
    quote_replies.ask(link, quote, "第二天", address="192.0.2.99", at=at + DAY)
    assert Notice.select().where(Notice.verb == "quote.questioned").count() == quote_replies.PER_LINK + 1


@pytest.mark.parametrize("agent, counts", [
    ("DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com/microapp/faquestions/ftpfeu)", False),
    ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", False), ("Mozilla/4.0", False), ("curl/8.5.0", False),
    ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", False), ("facebookexternalhit/1.1", False),
    ("Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", True),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49", True),
    ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 AliApp(DingTalk/7.5.20)", True),
])
def test_what_fetches_the_page_for_a_preview_is_no_visit(quote, link, agent, counts):
    quote_links.note_visit(link, "203.0.113.7", agent, now())
    assert QuoteVisit.select().exists() == counts


def test_the_first_visit_is_told_once_and_all_are_counted(cast, quote, link):
    at = now()
    for minutes, address in ((0, "192.0.2.1"), (5, "192.0.2.1"), (6, "192.0.2.2"), (20, "192.0.2.1")):
        quote_links.note_visit(link, address, "WeChat", at + timedelta(minutes=minutes))
        quote_links.tell_of_first_visits(at + timedelta(minutes=minutes))
    told = quote_links.story(fresh(quote))
    assert (told.visits, told.last_visit) == (3, at + timedelta(minutes=20))
    assert Notice.select().where(Notice.verb == "quote.viewed").count() == 1
    assert QuoteVisit.select().where(QuoteVisit.told_at.is_null()).count() == 0


@pytest.mark.parametrize("text", [
    "data:image/svg+xml;base64,AAAA", PNG[:-9], PNG + "A" * 150_000, "data:image/png;base64,####", PNG.replace("AAAAEAAAAB", "f///8AAAAB", 1),
])
def test_a_signature_is_a_small_png_or_nothing(text):
    with pytest.raises(Refused):
        signatures.drawn(text)
    assert signatures.drawn("") is None


def test_a_code_is_read_as_it_is_typed_and_belongs_to_one_approved_version(cast, quote):
    Quote.update(check_code="0123456789AB").where(Quote.id == quote.id).execute()
    assert check_codes.code_of(fresh(quote)) == "0123-4567-89AB"
    assert check_codes.url(fresh(quote), "https://haitu.example") == "https://haitu.example/check/0123-4567-89AB"
    for typed in ("0123-4567-89AB", "o123 4567 89ab", "OI23456789AB"):
        assert check_codes.quote_behind(typed) == quote
    for typed in ("0123-4567-89AC", "", "0123", "x" * 500):
        assert check_codes.quote_behind(typed) is None
    Quote.update(status=Quote.DRAFT).execute()
    assert check_codes.quote_behind("0123-4567-89AB") is None


def test_codes_have_60_bits_and_differ(cast):
    codes = {offers.quote(cast.seller, opportunity=None, number=f"Q-{n}").check_code for n in range(1)} | {
        Quote(number="x").check_code for _n in range(20_000)
    }
    assert len(codes) == 20_001 and all(len(code) == 12 for code in codes)


def test_a_qr_code_is_drawn_as_svg_and_png():
    assert check_codes.qr_svg("https://haitu.example/check/X").startswith(b"<svg")
    assert check_codes.qr_png("https://haitu.example/check/X").startswith(b"\x89PNG")


def test_a_door_shuts_after_so_many_knocks_in_an_hour_and_opens_again():
    door, at = doors.Door(3), now()
    for minutes in (0, 10, 20):
        assert not door.is_shut("192.0.2.1", at)
        door.knock("192.0.2.1", at + timedelta(minutes=minutes))
    assert door.is_shut("192.0.2.1", at + timedelta(minutes=59))
    assert not door.is_shut("192.0.2.2", at)
    assert not door.is_shut("192.0.2.1", at + timedelta(minutes=61))


def test_the_stored_totals_are_those_of_the_quote(cast, quote):
    assert quotes.totals_of(quote).total == quote.total
