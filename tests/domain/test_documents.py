"""A quote on paper: what it says, that its characters are really drawn, and what its renderer refuses to touch."""

import dataclasses
import http.server
import io
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask, render_template
from flask_babel import Babel
from PIL import Image, ImageChops, ImageDraw, ImageFont

import documents
from documents import Letterhead, Line, Party, QuoteDocument, document_of, quote_html, quote_pdf
from documents.glyphs import bundled, fallback, missing_glyphs
from documents.printer import ASSETS, Printer, RenderingFailed
from domain.money import format_money
from domain.pricing import Discount, LineInput, price_quote
from models import Company, Contact, Customer, Opportunity, Product, Quote, QuoteLine, Stage

ROOT = Path(__file__).resolve().parent.parent.parent
SCALE = 2  # pixels of a test picture per CSS pixel
SVG = "http://www.w3.org/2000/svg"
PDF = object()  # where a command line has the name of the file
SECRET = "MARKER-7391-SECRET"

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not all(path.exists() for path in ASSETS.values()), reason="static/vendor is not filled"),
]

PRODUCTS = [
    ("激光测距传感器", "LD-200", "0.05–200 m · RS485", 24, "台", 186000, 5),
    ("光电开关", "PX-18N", "NPN · M18 · 检测 10 m", 120, "只", 16800, 0),
    ("接近开关", "IX-M12", "PNP · M12 · IP67", 200, "只", 8650, 0),
    ("压力变送器", "PT-40", "0–4 MPa · 4–20 mA", 16, "台", 128000, 0),
    ("温度变送器", "TT-20", "Pt100 · −50–200 ℃", 30, "台", 62000, 0),
    ("安全光幕", "SG-1040", "高 1040 mm · 间距 20 mm", 6, "套", 435000, 3),
    ("振动传感器", "VB-3A", "三轴 · 16 g · 4–20 mA", 12, "只", 159000, 0),
]


def priced(count):
    products = (PRODUCTS * (count // len(PRODUCTS) + 1))[:count]
    inputs = [
        LineInput(number, price, Decimal(quantity), discount=Discount(percent=Decimal(off)))
        for number, (*_, quantity, _, price, off) in enumerate(products)
    ]
    return products, price_quote(inputs, Discount(amount=1_494_500))


def quote_of(count=7, **changes):
    products, totals = priced(count)
    lines = tuple(
        Line(name, code, spec, Decimal(quantity), unit, price, f"{100 - off}%" if off else "", line.amount)
        for (name, code, spec, quantity, unit, price, off), line in zip(products, totals.lines, strict=True)
    )
    document = QuoteDocument(
        number="Q20261124-007",
        version=2,
        issued_on=date(2026, 11, 24),
        valid_until=date(2026, 12, 24),
        letterhead=Letterhead("上海远帆自动化技术有限公司", "上海市闵行区紫星路 588 号", "021-5432 8800", "yuanfan.example"),
        customer=Party("苏州恒立精密机械制造有限公司", "张建国", "138 1290 5678", tax_id="91320506MA1XK7Y83P"),
        supplier=Party("上海远帆自动化技术有限公司", "李雷", email="lilei@yuanfan.example"),
        lines=lines,
        subtotal=totals.subtotal,
        order_discount=totals.order_discount,
        total=totals.total,
        excl_total=totals.excl_total,
        tax_total=totals.tax_total,
        tax_rates=("13%",),
        terms=("付款：预付 30%。", "交货：收到预付款后 30 天内。"),
    )
    return dataclasses.replace(document, **changes)


@pytest.fixture(scope="module")
def render():
    """A renderer of templates that knows nothing of the product but its templates and words."""
    app = Flask("paper", template_folder=ROOT / "templates")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    Babel(app)
    with app.app_context():
        yield render_template


@pytest.fixture(scope="module", autouse=True)
def stopped_at_the_end():
    yield
    documents.PRINTER.stop()


@pytest.fixture
def printer():
    made = Printer(limit=10)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def printed(render):
    return quote_pdf(quote_of(), render)


def poppler(tool, pdf, *options):
    """What a poppler tool says of a PDF, which it must be able to seek in."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        command = [tool, *(file.name if option is PDF else option for option in options)]
        return subprocess.run(command, capture_output=True, check=True).stdout


def text_of(pdf):
    return poppler("pdftotext", pdf, "-layout", PDF, "-").decode()


def fonts_of(pdf):
    return poppler("pdffonts", pdf, PDF).decode()


def picture_of(pdf, page=1):
    pixels = poppler("pdftoppm", pdf, "-r", str(96 * SCALE), "-gray", "-f", str(page), "-l", str(page), PDF)
    return Image.open(io.BytesIO(pixels))


def ink(picture):
    """A picture cut to what is drawn on it, on white."""
    return picture.crop(ImageChops.invert(picture.convert("L")).getbbox()).convert("L")


def difference(one, other):
    """Mean difference of two pictures brought to one size, 0 to 255."""
    apart = ImageChops.difference(one, other.resize(one.size))
    return sum(level * count for level, count in enumerate(apart.histogram())) / (one.width * one.height)


def drawn(words, weight="NotoSansSC_700Bold.ttf", size=24):
    picture = Image.new("L", (600, 120), 255)
    ImageDraw.Draw(picture).text((20, 20), words, font=ImageFont.truetype(ASSETS[weight], size * SCALE), fill=17)
    return ink(picture)


# ---- what it says ----------------------------------------------------------------------------------------------------


def test_the_printed_totals_are_those_of_the_calculation(printed):
    text, totals = text_of(printed), priced(7)[1]
    assert format_money(totals.subtotal) in text
    assert format_money(-totals.order_discount) in text
    assert f"¥{format_money(totals.total)}" in text
    assert f"其中税额 {format_money(totals.tax_total)}，不含税金额 {format_money(totals.excl_total)}" in text
    assert "人民币 壹拾肆万捌仟肆佰元整" in text
    for line in totals.lines:
        assert re.search(rf" {re.escape(format_money(line.amount))}$", text, re.MULTILINE)


def test_the_page_names_document_parties_and_place_in_the_stack(printed):
    text = text_of(printed)
    for words in ("Q20261124-007", "V2", "2026-11-24", "2026-12-24", "人民币（元），含税 13%", "张建国", "第 1 页，共 1 页"):
        assert words in text
    assert "邮箱" in text
    assert "地址" not in text  # nobody gave one


def test_the_english_quote_leaves_no_chinese_but_names_and_capitals(render):
    text = text_of(quote_pdf(quote_of(language="en"), render))
    assert "Page 1 of 1" in text
    assert "Total (in words)" in text
    assert not re.search("报价|有效期|合计|条款|小计", text)


def test_sixty_lines_keep_their_rows_whole_under_a_repeated_head(render):
    pages = text_of(quote_pdf(quote_of(60), render)).split("\f")[:-1]
    assert len(pages) == 4
    for number, page in enumerate(pages, 1):
        assert "产品与规格" in page
        assert f"第 {number} 页，共 4 页" in page
        names = len(re.findall(r"\b(?:LD-200|PX-18N|IX-M12|PT-40|TT-20|SG-1040|VB-3A)\b", page))
        specs = len(re.findall(r"RS485|NPN|PNP|MPa|Pt100|间距|三轴", page))
        assert names == specs > 0
    assert "合计（含税）" in pages[-1]


def test_the_same_document_gives_the_same_bytes(render, printed):
    assert quote_pdf(quote_of(), render) == printed


def test_a_draft_says_so_across_every_page(render):
    pages = text_of(quote_pdf(quote_of(20, is_draft=True), render)).split("\f")[:-1]
    assert len(pages) == 2
    assert all("草" in page and "稿" in page for page in pages)
    assert "草" not in text_of(quote_pdf(quote_of(), render))


def test_a_logo_is_printed_when_it_is_an_image_and_left_out_when_it_is_not(render):
    green = io.BytesIO()
    Image.new("RGB", (60, 40), (0, 128, 0)).save(green, "PNG")
    with_logo = dataclasses.replace(quote_of().letterhead, logo=green.getvalue())
    pdf = quote_pdf(quote_of(letterhead=with_logo), render)
    assert poppler("pdfimages", pdf, "-list", PDF).count(b" 0 image ") == 1
    script = dataclasses.replace(with_logo, logo=b"<svg onload=alert(1)>")
    assert "<img" not in quote_html(quote_of(letterhead=script), render)


def test_the_screen_shows_the_same_page_with_its_own_stylesheet(render):
    html = quote_html(quote_of(), render, sheet="/static/css/{}".format)
    assert '<link rel="stylesheet" href="/static/css/document.css"><link rel="stylesheet" href="/static/css/colour-111111.css">' in html
    assert "asset:" not in html
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=", html)


def test_a_quote_becomes_the_document_that_stands_on_its_rows(cast, render):
    quote = a_quote(cast.seller)
    document = document_of(quote)
    text = text_of(quote_pdf(document, render))
    assert (document.subtotal, document.total, document.excl_total, document.tax_total) == (100_00, 90_00, 79_65, 10_35)
    assert document.customer == Party("宁波海曙泵业有限公司", "陈工", "13900001111", "", "浙江省宁波市泵路 1 号", "")
    assert document.supplier.name == document.letterhead.name == Company.current().name
    assert document.lines == (Line("泵", "P-1", "", Decimal("2.5"), "台", 4_000, "", 100_00, tax_rate="13%"),)
    assert document.terms == ("款到发货", "质保一年")
    assert document.tax_rates == ("13%",)
    assert document.is_draft and not document_of(quote, is_draft=False).is_draft
    assert "2.5 台" in text and "90.00" in text


def a_quote(owner):
    customer = Customer.create(
        name="宁波海曙泵业有限公司", name_key="x", province="浙江省", city="宁波市", address="宁波市泵路 1 号", owner=owner
    )
    contact = Contact.create(customer=customer, name="陈工", phone="13900001111")
    stage = Stage.create(name="试", position=99, win_rate=50)
    opportunity = Opportunity.create(name="泵", customer=customer, stage=stage, owner=owner)
    quote = Quote.create(
        number="Q1", opportunity=opportunity, customer=customer, contact=contact, owner=owner,
        issued_on=date(2026, 11, 24), valid_until=date(2026, 12, 24), order_discount=10_00, list_total=100_00,
        total=90_00, tax_total=10_35, terms="款到发货\n\n 质保一年 \n",
    )
    product = Product.create(sku="P-1", name="泵", price=4_000)
    QuoteLine.create(
        quote=quote, position=1, product=product, name="泵", sku="P-1", unit="台", price=4_000, quantity=Decimal("2.5"),
        tax_rate=Decimal("0.13"), gross=100_00, amount=100_00, share=10_00, net=90_00, excl=79_65, tax=10_35,
    )
    return Quote.get_by_id(quote.id)


# ---- that it is really drawn -----------------------------------------------------------------------------------------


def test_the_bundled_font_is_embedded_in_both_weights(printed):
    rows = [line.split() for line in fonts_of(printed).splitlines()[2:]]
    assert sorted(row[0].partition("+")[2] for row in rows) == ["Noto-Sans-SC", "Noto-Sans-SC-Bold"]
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows)  # embedded, subset, with Unicode


def test_the_heading_looks_like_its_characters_and_not_like_boxes(printed):
    heading = ink(picture_of(printed).crop((600 * SCALE, 58 * SCALE, 740 * SCALE, 105 * SCALE)))
    right = difference(heading, drawn("报价单"))
    assert right < 20
    assert right * 2 < min(difference(heading, drawn(wrong)) for wrong in ("报令力", "口口口", "□□□"))


def test_a_rare_character_comes_from_the_fallback_font(render):
    rare = sorted(code for code in fallback() - bundled() if 0x20000 <= code < 0x2A6E0)
    if not rare:
        pytest.skip("fonts-noto-cjk is not installed")
    name = f"上海{chr(rare[0])}记公司"
    assert missing_glyphs(name) == []
    assert "NotoSansCJK" in fonts_of(quote_pdf(quote_of(customer=Party(name)), render)).replace("-", "")


def test_characters_that_no_font_has_are_named_once_and_in_order():
    assert missing_glyphs("甲\ue001乙\U0001f600\ue001丙") == ["\ue001", "\U0001f600"]


def test_ordinary_writing_misses_nothing():
    signs = "¥ €㎡㎏ ℃ Ω ± × ÷ ≤ ≥ ①②③ ⅠⅡ （）【】《》“”‘’、。；：！？…—～·•"
    assert missing_glyphs(quote_of().text + signs + "㙍㛃䶮犇骉燚\n\t\u200b\ufe0f") == []


def test_every_text_of_the_document_is_asked_for():
    everything = quote_of(
        letterhead=Letterhead("\ue000", "\ue001", "\ue002", "\ue003"),
        customer=Party(*"\ue004\ue005\ue006\ue007\ue008\ue009"),
        lines=(Line("\ue00a", "\ue00b", "\ue00c", Decimal(1), "\ue00d", 1, "", 1),),
        terms=("\ue00e",),
    )
    assert missing_glyphs(everything.text) == [chr(code) for code in range(0xE000, 0xE00F)]


# ---- what it refuses to touch ----------------------------------------------------------------------------------------


class Listener(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.hits.append(self.path)
        self.send_response(302)
        self.send_header("Location", f"file://{self.server.marker}")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def listener(tmp_path):
    """A web server on this machine that remembers who came, and a file that nobody may read."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.hits, server.marker = [], tmp_path / "secret.txt"
    server.marker.write_text(SECRET)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


VECTORS = {
    "image": '<img src="{url}">',
    "image of a file": '<img src="file://{file}">',
    "attachment link": '<link rel="attachment" href="file://{file}"><a rel="attachment" href="file://{file}">x</a>',
    "attachment over http": '<a rel="attachment" href="{url}">x</a>',
    "stylesheet": '<link rel="stylesheet" href="{url}">',
    "imported stylesheet": '<style>@import "{url}"; @import url(file://{file});</style>',
    "background": '<div style="background: url({url})">x</div>',
    "object": '<object data="file://{file}"></object><embed src="{url}">',
    "svg image": '<svg width="9" height="9"><image href="{url}" width="9" height="9"/><use href="file://{file}#x"/></svg>',
    "svg in a data address": "<img src='data:image/svg+xml,<svg xmlns=\"{svg}\"><image href=\"{url}\"/></svg>'>",
    "font face": '<style>@font-face {{ font-family: x; src: url({url}) }} p {{ font-family: x }}</style><p>x</p>',
    "base address": '<base href="{url}"><img src="x.png"><link rel="stylesheet" href="y.css">',
    "content": '<style>p::after {{ content: url(file://{file}) }}</style><p>x</p>',
    "list marker": '<ul style="list-style-image: url({url})"><li>x</li></ul>',
    "asset that climbs": '<img src="asset:../../../../etc/passwd"><link rel="stylesheet" href="asset:/etc/passwd">',
    "relative path": '<img src="../../../../etc/passwd"><img src="//127.0.0.1:{port}/x">',
    "other scheme": '<img src="ftp://127.0.0.1:{port}/x"><img src="FILE://{file}"><img src="\tfile://{file}">',
}


@pytest.mark.parametrize("vector", VECTORS)
def test_no_file_and_no_address_is_read_whatever_the_page_asks_for(vector, listener):
    port = listener.server_address[1]
    page = VECTORS[vector].format(url=f"http://127.0.0.1:{port}/hop", file=listener.marker, port=port, svg=SVG)
    pdf = documents.PRINTER.pdf(f"<p>before</p>{page}<p>after</p>")
    assert listener.hits == []
    text = text_of(pdf)
    assert "before" in text and "after" in text
    assert SECRET not in text and "root:" not in text
    assert poppler("pdfdetach", pdf, "-list", PDF).startswith(b"0 embedded files")


def test_text_in_any_field_stays_text(render, listener):
    port = listener.server_address[1]
    hostile = f'"><img src=http://127.0.0.1:{port}/x><link rel=attachment href=file:///etc/passwd>{{{{7*7}}}}'
    document = quote_of(
        letterhead=Letterhead(*[hostile] * 4),
        customer=Party(*[hostile] * 6),
        supplier=Party(*[hostile] * 6),
        lines=(Line(hostile, hostile, hostile, Decimal(1), hostile, 1, hostile, 1),),
        terms=(hostile,),
    )
    html = quote_html(document, render)
    assert "<img" not in html and "attachment" not in re.sub(r"&lt;link rel=attachment", "", html)
    assert "{{7*7}}" in text_of(documents.PRINTER.pdf(html)).replace("\n", "").replace(" ", "")
    assert listener.hits == []


def test_the_renderer_is_told_no_secret_of_the_product(printer, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv("SMTP_URL", SECRET)
    printer.start()
    assert SECRET.encode() not in Path(f"/proc/{printer.pid}/environ").read_bytes()


# ---- what happens when it fails --------------------------------------------------------------------------------------


def test_a_killed_renderer_is_replaced_by_the_next_document(printer):
    printer.start()
    killed = printer.pid
    os.kill(killed, signal.SIGKILL)
    os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
    assert printer.pdf("<p>x</p>").startswith(b"%PDF")
    assert printer.pid != killed


def test_a_renderer_that_dies_at_work_is_an_answer_not_a_hang(printer):
    printer.start()
    first = printer.pid
    os.kill(first, signal.SIGSTOP)
    threading.Timer(0.5, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(RenderingFailed) as failed:
        printer.pdf("<p>x</p>")
    assert failed.value.reason == "died"
    assert printer.pdf("<p>x</p>").startswith(b"%PDF")


def test_a_renderer_that_hangs_is_ended_within_the_limit():
    printer = Printer(limit=1)
    printer.start()
    hanging = printer.pid
    os.kill(hanging, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(RenderingFailed) as failed:
        printer.pdf("<p>x</p>")
    assert failed.value.reason == "timeout"
    assert time.monotonic() - began < 2
    assert not Path(f"/proc/{hanging}").exists()
    assert printer.pdf("<p>x</p>").startswith(b"%PDF")
    printer.stop()


def test_a_renderer_retires_after_its_documents():
    printer = Printer(retire_after=2)
    workers = []
    for _ in range(3):
        printer.pdf("<p>x</p>")
        workers.append(printer.pid)
    printer.stop()
    assert workers[0] == workers[1] != workers[2]


def test_documents_of_several_people_are_printed_one_after_the_other(printer):
    answers = []
    people = [threading.Thread(target=lambda: answers.append(printer.pdf("<p>x</p>"))) for _ in range(5)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(answers) == 5
    assert len(set(answers)) == 1


def test_the_renderer_leaves_with_the_one_who_started_it(printer):
    printer.start()
    left_behind = printer._process
    printer._pipe.close()
    assert left_behind.wait(timeout=5) == 0
