"""Random quotes say the same, to the fen, on the screen, the customer's page, in the PDF and in the mail."""

import os
import random
import re
import subprocess
from decimal import Decimal

import pytest
from flask import g, render_template

import documents
from domain import now, quote_links, quotes
from domain.money import capitals, format_money
from models import Product, Quote
from tests import offers

QUOTES = int(os.environ.get("HAITU_QUOTES", 6))
RATES = ("0.13", "0.09", "0.06", "0")

pytestmark = pytest.mark.once


def products_of(chance):
    return [
        Product.create(
            sku=f"ZK{n}", name=f"件{n}", unit="台", price=chance.choice((50, 250, 8850, chance.randint(1, 900_000))), cost=1,
            tax_rate=Decimal(chance.choice(RATES)),
        )
        for n in range(chance.randint(2, 6))
    ]


def entry_of(chance, product):
    quantity = Decimal(chance.randint(10_000, 400_000)) / 10_000
    way = chance.choice((
        {}, {"discount": chance.randint(1, 5000)}, {"discount_amount": chance.randint(1, product.price)},
        {"agreed": chance.randint(1, product.price)}, {"free": True},
    ))
    return {"product_id": product.id, "quantity": quantity, "optional": chance.random() < 0.2} | way


def approved(cast, seed):
    chance = random.Random(seed)
    quote = quotes.create(offers.deal(cast.seller, f"客户{seed}"), by=cast.seller)
    lines = [entry_of(chance, product) for product in products_of(chance)]
    lines = [{"what": "section", "name": "分组"}, *lines, {"what": "note", "name": "备注"}]
    off = chance.choice(({}, {"order_discount": 1}, {"order_discount_rate": chance.randint(1, 3000)}))
    try:
        totals = quotes.save(quote, cast.seller, 0, lines, inclusive=chance.random() < 0.5, **off)
    except quotes.Refused:
        totals = quotes.save(quote, cast.seller, 0, lines, inclusive=chance.random() < 0.5)
    Quote.update(status=Quote.APPROVED, approved_at=now(), pdf_sha256="0" * 64).where(Quote.id == quote.id).execute()
    return Quote.with_people().where(Quote.id == quote.id).get(), totals


def text_of(pdf):
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("seed", range(QUOTES))
def test_every_place_says_the_figures_of_one_quote_totals(app, cast, login, stranger, seed):
    quote, totals = approved(cast, seed)
    amounts = [format_money(line.amount) for line in totals.lines]
    with app.test_request_context():
        g.user = cast.seller
        text = text_of(documents.quote_pdf(documents.document_of(quote), render_template))
    shared = stranger.get(f"/q/{quote_links.make(quote, by=cast.seller)}").get_data(as_text=True)
    seller = login(cast.seller)
    screen, mail = (seller.get(f"/quotes/{quote.id}{tail}").get_data(as_text=True) for tail in ("", "/mails/new"))
    assert re.findall(r'</b><span class="num">([^<]+)</span>', shared) == amounts
    assert re.findall(r"ZK\d+.*?([\d,]+\.\d\d)\s*$", text, re.M) == amounts
    assert re.findall(r'<td class="num amount">([^<]+)</td>', screen) == amounts
    for page in (screen, shared, text):
        assert capitals(totals.total) in re.sub(r"\s", "", page)
        for fen in (totals.total, totals.tax_total, totals.excl_total):
            assert format_money(fen) in page
    assert format_money(totals.subtotal) in shared and format_money(totals.subtotal) in text
    assert format_money(totals.list_total) in screen
    assert f"¥{format_money(totals.total)}" in mail
