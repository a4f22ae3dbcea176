"""Random quotes, approved and sent as one does it, say the same to the fen in every place that shows them.

The seller's page, the archived PDF, the mail as it is delivered, the customer's page, the page behind the check code, the workbooks
of quotes and of their lines, and the order that is taken of it. HAITU_QUOTES=500 asks 500 of them.
"""

import os
import random
import re
import subprocess
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from openpyxl import load_workbook

from domain import check_codes, mail_runner, outbox, quotes
from domain.money import capitals, format_money
from models import Mail, Order, Product, Quote, User
from tests import offers, routes
from tests.mailbox import Mailbox

QUOTES = int(os.environ.get("HAITU_QUOTES", 4))
RATES = ("0.13", "0.09", "0.06", "0")
DONE = 303

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def mailbox():
    server = Mailbox()
    yield server
    server.close()


@pytest.fixture
def app(app, mailbox, tmp_path, monkeypatch):
    """With a mail server and a folder; a mail leaves when a test says so."""
    monkeypatch.setitem(app.config, "SMTP_URL", mailbox.url)
    monkeypatch.setitem(app.config, "DATA", tmp_path)
    monkeypatch.setattr(mail_runner, "enqueue", lambda *_mail: None)
    return app


# ---- a quote of any kind -----------------------------------------------------------------------------------------------


def products_of(chance):
    return [
        Product.create(
            sku=f"ZK{n}", name=f"件{n}", unit="台", price=chance.choice((50, 250, 8850, chance.randint(1, 900_000))), cost=1,
            tax_rate=Decimal(chance.choice(RATES)),
        )
        for n in range(chance.randint(2, 6))
    ]


def entry_of(chance, product, may_be_optional):
    quantity, least = Decimal(chance.randint(10_000, 400_000)) / 10_000, product.price * 4 // 5  # of one, without tax
    way = chance.choice((
        {}, {"discount": chance.randint(1, 5000)}, {"discount_amount": chance.randint(1, least)}, {"agreed": chance.randint(1, least)},
        {"free": True},
    ))
    return {"product_id": product.id, "quantity": quantity, "optional": may_be_optional and chance.random() < 0.2} | way


def written(seller, seed):
    """(a draft, its QuoteTotals)"""
    chance = random.Random(seed)
    quote = quotes.create(offers.deal(seller, f"客户{seed}"), by=seller)
    lines = [entry_of(chance, product, may_be_optional=place) for place, product in enumerate(products_of(chance))]
    lines = [{"what": "section", "name": "分组"}, *lines, {"what": "note", "name": "备注"}]
    off = chance.choice(({}, {"order_discount": 1}, {"order_discount_rate": chance.randint(1, 3000)}))
    inclusive = chance.random() < 0.5
    try:
        return quote, quotes.save(quote, seller, 0, lines, inclusive=inclusive, **off)
    except quotes.Refused:  # all of it is free
        return quote, quotes.save(quote, seller, 0, lines, inclusive=inclusive)


# ---- where it is shown -------------------------------------------------------------------------------------------------


def approve(quote, seller, manager):
    at = f"/quotes/{quote.id}"
    answers = seller.post(f"{at}/submit"), manager.post(f"{at}/approve", data={"comment": "可以"})
    assert {answer.status_code for answer in answers} == {DONE}
    return Quote.get_by_id(quote.id)


def mailed(quote, seller, mailbox):
    """(text, PDF) of the mail with it, as it arrives."""
    form = seller.get(f"/quotes/{quote.id}/mails/new").text
    typed = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', form)[1] for name in ("subject", "key")}
    typed |= {"recipient": "zhang@example.com", "body": re.search(r'<textarea[^>]*name="body"[^>]*>\s*([^<]*)<', form)[1], "with_pdf": "y"}
    assert seller.post(f"/quotes/{quote.id}/mails/new", data=typed).status_code == DONE
    outbox.deliver(Mail.get(Mail.quote == quote.id).id, mailbox.url)
    letter = mailbox.mails[-1]
    return letter.get_body().get_content(), next(letter.iter_attachments()).get_content()


def rows_of(answer):
    """[{header: value}] of a workbook."""
    head, *rows = load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True)
    return [dict(zip(head, row)) for row in rows]


def text_of(pdf):
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def in_fen(*amounts):
    return [round(Decimal(str(amount)) * 100) for amount in amounts]


@pytest.mark.parametrize("seed", range(QUOTES))
def test_every_place_says_the_figures_of_one_quote_totals(app, cast, login, stranger, mailbox, seed):
    routes.lead_through(routes.role(User.MANAGER))
    seller, manager = login(cast.seller), login(cast.manager)
    draft, totals = written(cast.seller, seed)
    quote = approve(draft, seller, manager)
    amounts, total = [format_money(line.amount) for line in totals.lines], format_money(totals.total)
    pdf = seller.get(f"/quotes/{quote.id}.pdf").data
    letter, attached = mailed(quote, seller, mailbox)
    link = urlsplit(re.search(r"http\S+/q/\S+", letter)[0]).path
    shared, text = stranger.get(link).text, text_of(pdf)
    screen = seller.get(f"/quotes/{quote.id}").text

    assert {sha256(each).hexdigest() for each in (pdf, attached, stranger.get(f"{link}/pdf").data)} == {quote.pdf_sha256}
    assert re.findall(r'</b><span class="num">([^<]+)</span>', shared) == amounts
    assert re.findall(r"ZK\d+.*?([\d,]+\.\d\d)\s*$", text, re.M) == amounts
    assert re.findall(r'<td class="num amount">([^<]+)</td>', screen) == amounts
    for page in (screen, shared, text):
        assert capitals(totals.total) in re.sub(r"\s", "", page)
        for fen in (totals.total, totals.tax_total, totals.excl_total):
            assert format_money(fen) in page
    assert format_money(totals.subtotal) in shared and format_money(totals.subtotal) in text
    assert format_money(totals.list_total) in screen
    assert f"¥{total}" in letter
    check_code(quote, total, stranger)
    check_workbooks(quote, totals, manager)
    check_order(quote, totals, seller)


def check_code(quote, total, stranger):
    address = f"/check/{check_codes.code_of(quote)}"
    assert f"¥{total}" in stranger.get(address).text
    answers = [stranger.post(address, data={"amount": format_money(fen)}).text for fen in (quote.total, quote.total + 1)]
    assert ["一致" in answer and "不一致" not in answer for answer in answers] == [True, False]


def check_workbooks(quote, totals, manager):
    row, = rows_of(manager.post("/exports/new/quote?whose=team"))
    assert in_fen(row["合计"], row["其中税额"]) == [totals.total, totals.tax_total]
    lines = rows_of(manager.post("/exports/new/quoteline?whose=team"))
    columns = ("小计", "不含税金额", "税", "含税金额")
    assert [in_fen(*map(line.get, columns)) for line in lines] == [[line.amount, line.excl, line.tax, line.incl] for line in totals.lines]
    counted = [line for line in lines if not line["可选"]]
    assert sum(in_fen(*(line["含税金额"] for line in counted))) == totals.total


def check_order(quote, totals, seller):
    assert seller.post(f"/quotes/{quote.id}/orders").status_code == DONE
    page = seller.get(f"/orders/{Order.get(Order.quote == quote.id).id}").text
    lines = re.findall(r'<td class="num strong">([\d,]+\.\d\d)</td></tr>', page)
    assert lines == [format_money(line.incl) for line in totals.lines if not line.optional]
    assert f"¥{format_money(totals.total)}" in page and format_money(totals.tax_total) in page and capitals(totals.total) in page
