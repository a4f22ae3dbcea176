"""A quote before the customer: what his page shows and keeps to itself, what he may send, and what the team sees of it."""

import re
from datetime import timedelta

import pytest

from domain import doors, mail_runner, now, quote_links, quote_replies, quotes
from domain.money import format_money
from models import Event, Mail, Quote, QuoteLine, QuoteLink, QuoteReply, QuoteVisit
from tests import offers
from tests.domain.test_share_links import PNG
from tests.mailbox import Mailbox
from tests.pages import PART

SECRETS = ("600.00", "150.00", "60000", "内部备注", "成本", "毛利")


@pytest.fixture
def quote(cast):
    made = offers.approved(cast.seller)
    Quote.update(note="内部备注：客户拿进口报价压价").execute()
    return made


@pytest.fixture
def token(cast, quote):
    return quote_links.make(quote, by=cast.seller)


@pytest.fixture
def mailing(app):
    """The address of a mail server that is there."""
    server = Mailbox()
    app.config["SMTP_URL"] = server.url
    yield server
    mail_runner.wait()
    app.config["SMTP_URL"] = ""
    server.close()


def accepting(**columns):
    return {"accept-name": "张三", "accept-phone": "13812905678"} | columns


def fresh(quote):
    return Quote.get_by_id(quote.id)


# ---- the customer's page ---------------------------------------------------------------------------------------------


def test_a_customer_reads_lines_and_totals_without_a_login_and_never_cost_or_notes(stranger, quote, token):
    answer = stranger.get(f"/q/{token}")
    page, totals = answer.get_data(as_text=True), quotes.totals_of(quote)
    assert answer.status_code == 200
    for fen in (totals.total, totals.subtotal, -totals.order_discount, *(line.amount for line in totals.lines)):
        assert format_money(fen) in page
    assert [secret for secret in SECRETS if secret in page] == []
    assert {line.cost for line in QuoteLine.select()} == {60_000, 15_000}
    assert stranger.get(f"/q/{token}/pdf").data == b"%PDF-1.7 as approved"


def test_the_page_is_kept_by_nobody_and_told_to_nobody(stranger, token):
    for path in (f"/q/{token}", f"/q/{token}/pdf", "/check"):
        headers = stranger.get(path).headers
        assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"].startswith("noindex") and "'unsafe" not in headers["Content-Security-Policy"]


def test_looking_decides_nothing(stranger, quote, token):
    for path in ("accept", "decline", "questions", "renewal"):
        assert stranger.get(f"/q/{token}/{path}").status_code == 405
    assert QuoteReply.select().count() == 0


def test_an_answer_needs_the_token_of_its_form(stranger, quote, token):
    assert stranger.drop_token().post(f"/q/{token}/accept", data=accepting()).status_code == 400
    assert fresh(quote).accepted_at is None


def test_the_customer_accepts_with_a_signature_that_the_team_sees(stranger, login, cast, quote, token):
    answer = stranger.post(f"/q/{token}/accept", data=accepting(**{"accept-signature": PNG}))
    assert answer.status_code == 303
    assert "已接受" in stranger.get(answer.location).get_data(as_text=True)
    seller = login(cast.seller)
    page = seller.get(f"/quotes/{quote.id}").get_data(as_text=True)
    assert "已接受" in page and "张三" in page and f"/quotes/{quote.id}/signature.png" in page
    picture = seller.get(f"/quotes/{quote.id}/signature.png")
    assert picture.data.startswith(b"\x89PNG") and picture.mimetype == "image/png"


@pytest.mark.parametrize(("fault", "columns"), [
    ("name", {"accept-name": " "}), ("phone", {"accept-phone": ""}), ("phone", {"accept-phone": "12"}),
])
def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(stranger, quote, token, fault, columns):
    answer = stranger.post(f"/q/{token}/accept", data=accepting(**columns))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and f'id="accept-{fault}-error"' in page
    assert ("13812905678" in page) == (fault == "name") and fresh(quote).accepted_at is None


def test_a_signature_that_is_no_picture_is_refused(stranger, quote, token):
    assert stranger.post(f"/q/{token}/accept", data=accepting(**{"accept-signature": "data:text/html;base64,AAAA"})).status_code == 409
    assert fresh(quote).accepted_at is None


def test_whoever_comes_second_is_told_how_it_stands(stranger, quote, token):
    stranger.post(f"/q/{token}/decline", data={"decline-body": "太贵"})
    answer = stranger.post(f"/q/{token}/accept", data=accepting())
    assert answer.status_code == 409 and "此报价已被拒绝" in answer.get_data(as_text=True)


def test_what_fills_the_hidden_field_in_is_a_machine(stranger, quote, token):
    assert stranger.post(f"/q/{token}/accept", data=accepting(**{"accept-website": "http://x"})).status_code == 303
    assert QuoteReply.select().count() == 0


def test_an_expired_offer_shows_no_figures_and_takes_the_wish_for_a_new_one(stranger, quote, token):
    Quote.update(valid_until=(now() - timedelta(days=2)).date()).execute()
    answer = stranger.get(f"/q/{token}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 410 and "已过期" in page and format_money(quote.total) not in page
    assert stranger.get(f"/q/{token}/pdf").status_code == 410
    assert stranger.post(f"/q/{token}/accept", data=accepting()).status_code == 409
    assert stranger.post(f"/q/{token}/renewal", data={"renewal-name": "张三"}).status_code == 303
    assert QuoteReply.get().what == QuoteReply.RENEWAL


def test_a_replaced_version_leads_to_the_new_one_that_was_shared(stranger, cast, quote, token):
    Quote.update(superseded_at=now(), is_newest=False).execute()
    later = offers.approved(cast.seller, opportunity=quote.opportunity, number="Q-later", off=20_000)
    Quote.update(number=quote.number, version=2).where(Quote.id == later.id).execute()
    assert "?v=2" not in stranger.get(f"/q/{token}").get_data(as_text=True)
    assert stranger.get(f"/q/{token}?v=2").status_code == 404
    quote_links.make(later, by=cast.seller)
    assert f"/q/{token}?v=2" in stranger.get(f"/q/{token}").get_data(as_text=True)
    page = stranger.get(f"/q/{token}?v=2").get_data(as_text=True)
    assert format_money(later.total) in page
    assert stranger.post(f"/q/{token}/accept?v=2", data=accepting()).status_code == 303
    assert fresh(later).accepted_at and fresh(quote).accepted_at is None


def test_only_the_customers_own_visits_count(stranger, login, cast, quote, token):
    login(cast.seller).get(f"/q/{token}")
    assert QuoteVisit.select().count() == 0
    stranger.head(f"/q/{token}")
    stranger.get(f"/q/{token}", headers={"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"})
    assert QuoteVisit.select().count() == 0
    stranger.get(f"/q/{token}")
    assert QuoteVisit.select().count() == 1 and not Event.select().where(Event.verb == "quote.viewed").exists()
    assert "已查看 1 次" in login(cast.seller).get(f"/quotes/{quote.id}").get_data(as_text=True)


def test_whoever_guesses_is_shut_out(stranger, token):
    answers = [stranger.get(f"/q/{'x' * 42}{n}").status_code for n in range(doors.MISSES.most + 1)]
    assert answers == [404] * doors.MISSES.most + [429]
    assert stranger.get(f"/q/{token}").status_code == 429
    assert stranger.get("/check/0000-0000-0000").status_code == 429


def test_one_link_is_read_so_often_and_no_more(stranger, token, monkeypatch):
    monkeypatch.setattr(doors.LINK_READS, "most", 3)
    assert [stranger.get(f"/q/{token}").status_code for _turn in range(4)] == [200, 200, 200, 429]


def test_the_language_changes_on_the_page_without_a_referrer(stranger, token):
    answer = stranger.post("/appearance", data={"language": "en", "next": f"/q/{token}"})
    assert answer.location == f"/q/{token}"
    assert "Accept this quote" in stranger.get(f"/q/{token}").get_data(as_text=True)


# ---- the check of a printed quote ------------------------------------------------------------------------------------


def test_the_code_shows_what_is_true_and_whether_an_amount_agrees(stranger, quote):
    path = f"/check/{quote.check_code}"
    page = stranger.get(path).get_data(as_text=True)
    assert all(word in page for word in (quote.number, "V1", format_money(quote.total), quote.customer.name, "海图测试有限公司"))
    assert "不一致" not in page
    right = stranger.post(path, data={"amount": format_money(quote.total)}).get_data(as_text=True)
    wrong = stranger.post(path, data={"amount": format_money(quote.total + 1)}).get_data(as_text=True)
    assert "不一致" not in right and "一致" in right and "不一致" in wrong
    assert stranger.post(path, data={"amount": "many"}).status_code == 422


def test_a_typed_code_leads_to_its_page_and_an_unknown_one_says_so(stranger, quote):
    assert stranger.get(stranger.post("/check", data={"code": quote.check_code.lower()}).location).status_code == 200
    assert stranger.post("/check", data={"code": ""}).status_code == 422
    assert stranger.get("/check/0000-0000-0000").status_code == 404
    Quote.update(status=Quote.DRAFT).execute()
    assert stranger.get(f"/check/{quote.check_code}").status_code == 404


def test_the_check_says_what_has_expired_or_been_replaced(stranger, quote):
    Quote.update(valid_until=(now() - timedelta(days=2)).date()).execute()
    assert "已过期" in stranger.get(f"/check/{quote.check_code}").get_data(as_text=True)
    Quote.update(superseded_at=now()).execute()
    assert "已被取代" in stranger.get(f"/check/{quote.check_code}").get_data(as_text=True)


# ---- the team's side -------------------------------------------------------------------------------------------------


def test_the_link_is_shown_once_and_the_text_with_it(login, cast, quote):
    seller = login(cast.seller)
    page = seller.post(f"/quotes/{quote.id}/share").get_data(as_text=True)
    token = re.search(r"/q/([\w-]{43})", page).group(1)
    assert quote_links.behind(token).quote == quote
    assert token not in seller.get(f"/quotes/{quote.id}/share").get_data(as_text=True)
    assert fresh(quote).sent_at and "已发送" in seller.get(f"/quotes/{quote.id}").get_data(as_text=True)


def test_nobody_shares_a_draft_or_anothers_quote(login, cast, quote):
    assert login(cast.rival).post(f"/quotes/{quote.id}/share").status_code == 404
    assert login(cast.finance).post(f"/quotes/{quote.id}/share").status_code == 403
    Quote.update(status=Quote.DRAFT).execute()
    assert login(cast.seller).post(f"/quotes/{quote.id}/share").status_code == 403
    assert QuoteLink.select().count() == 0


def test_without_a_mail_server_the_page_says_so_and_sends_nothing(login, cast, quote):
    seller = login(cast.seller)
    page = seller.get(f"/quotes/{quote.id}/mails/new").get_data(as_text=True)
    assert "未设置邮件服务器" in page
    told = {"recipient": "zhang@example.com", "subject": "报价", "body": "您好", "key": "k" * 20}
    assert seller.post(f"/quotes/{quote.id}/mails/new", data=told).status_code == 409
    assert Mail.select().count() == 0


def test_a_mail_is_written_sent_and_shown_on_the_quote(login, cast, quote, mailing):
    seller = login(cast.seller)
    page = seller.get(f"/quotes/{quote.id}/mails/new").get_data(as_text=True)
    key = re.search(r'name="key"[^>]*value="([^"]+)"', page).group(1)
    told = {"recipient": "zhang@example.com", "subject": "报价单", "body": "您好 {link}", "key": key, "with_pdf": "y"}
    for _twice in range(2):
        assert seller.post(f"/quotes/{quote.id}/mails/new", data=told).status_code == 303
    mail_runner.wait()
    assert len(mailing.raw) == 1 and "http://localhost/q/" in mailing.mails[0].get_body().get_content()
    assert "邮件已发送" in seller.get(f"/quotes/{quote.id}").get_data(as_text=True)


@pytest.mark.parametrize(("field", "text"), [
    ("recipient", "nobody"), ("recipient", "a@example.com\r\nBcc: b@example.com"), ("subject", ""), ("body", " "),
])
def test_a_mail_with_a_fault_is_given_back_with_what_was_typed(login, cast, quote, mailing, field, text):
    told = {"recipient": "zhang@example.com", "subject": "报价单", "body": "您好", "key": "k" * 20} | {field: text}
    assert login(cast.seller).post(f"/quotes/{quote.id}/mails/new", data=told).status_code in (409, 422)
    assert Mail.select().count() == 0


def test_a_mail_that_failed_is_seen_and_tried_again(login, cast, quote, mailing):
    mailing.answers.append("550 no such person")
    told = {"recipient": "zhang@example.com", "subject": "报价单", "body": "您好", "key": "k" * 20}
    seller = login(cast.seller)
    seller.post(f"/quotes/{quote.id}/mails/new", data=told)
    mail_runner.wait()
    page = seller.get(f"/quotes/{quote.id}").get_data(as_text=True)
    assert "邮件发送失败" in page and "550 no such person" in page
    assert seller.post(f"/quotes/{quote.id}/mails/{Mail.get().id}/retry").status_code == 303
    mail_runner.wait()
    assert len(mailing.raw) == 1 and Mail.get().status == Mail.SENT


def test_whoever_only_reads_sees_what_became_of_it_and_no_addresses(login, cast, quote, token, mailing):
    quote_replies.accept(quote_links.behind(token), quote, "张三", "13812905678")
    login(cast.seller).post(
        f"/quotes/{quote.id}/mails/new", data={"recipient": "zhang@example.com", "subject": "报价单", "body": "您好", "key": "k" * 20},
    )
    mail_runner.wait()
    page = login(cast.finance).get(f"/quotes/{quote.id}").get_data(as_text=True)
    assert "已接受" in page and "zhang@example.com" not in page and "138 1290 5678" not in page


def test_the_dialog_shows_the_link_in_the_place_of_the_question(login, cast, quote):
    answer = login(cast.seller).post(f"/quotes/{quote.id}/share", headers=PART)
    part = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "<html" not in part
    assert re.search(r'id="offer-address" value="http://localhost/q/[\w-]{43}"', part)
    assert "现发上报价单" in part
