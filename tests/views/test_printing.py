"""Printing a quote: whose copies, in which form, what one is told while it is made and when it fails."""

import io
import threading

import pytest
from PIL import Image

import documents
from documents.jobs import PrintJobs
from documents.printer import RenderingFailed
from models import DocumentTemplate, Event, Product, ProductPicture, Quote
from tests import offers
from tests.pages import PART


class Press:
    """A printer that does what a test says."""

    def __init__(self, answer=b"%PDF-1.7 fresh", failing=""):
        self.answer, self.failing, self.go, self.pages = answer, failing, threading.Event(), []
        self.go.set()

    def pdf(self, html):
        self.pages.append(html)
        self.go.wait(10)
        if self.failing:
            raise RenderingFailed(self.failing)
        return self.answer


@pytest.fixture
def press(monkeypatch):
    made = Press()
    monkeypatch.setattr(documents, "JOBS", PrintJobs(made, most_waiting=2))
    monkeypatch.setattr("views.printing.AT_ONCE", 0.3)
    yield made
    made.go.set()


@pytest.fixture
def approved(cast):
    quote = offers.quote(cast.seller)
    Quote.update(status=Quote.APPROVED, pdf=b"%PDF-1.7 kept", pdf_sha256="x").where(Quote.id == quote.id).execute()
    return Quote.get_by_id(quote.id)


def test_a_copy_is_made_at_once_where_the_press_is_free(login, cast, approved, press):
    answer = login(cast.seller).get(f"/quotes/{approved.id}/copy.pdf?language=en&prices=no", follow_redirects=True)
    assert answer.data == b"%PDF-1.7 fresh" and answer.mimetype == "application/pdf"
    assert "filename*=UTF-8''Picking" in answer.headers["Content-Disposition"]
    assert 'lang="en"' in press.pages[0] and "¥" not in press.pages[0]


def test_a_slow_copy_shows_how_far_it_is_and_then_itself(login, cast, approved, press):
    browser = login(cast.seller)
    press.go.clear()
    sent = browser.get(f"/quotes/{approved.id}/copy.pdf")
    waiting = browser.get(sent.location)
    assert sent.status_code == 303 and waiting.headers["Refresh"] == "2" and "hx-trigger" in waiting.text
    press.go.set()
    documents.JOBS.get(sent.location.rsplit("/", 1)[1], cast.seller.id).done.wait(5)
    assert browser.get(sent.location, follow_redirects=True).data == b"%PDF-1.7 fresh"
    part = browser.get(sent.location, headers=PART)
    assert part.headers["HX-Redirect"] == f"{sent.location}.pdf"


@pytest.mark.parametrize("reason, words", [("died", "排版程序意外停止"), ("timeout", "生成时间过长"), ("Oops: x", "无法生成此单据")])
def test_who_waits_is_told_when_the_press_dies_or_hangs(login, cast, approved, press, reason, words):
    press.failing = reason
    answer = login(cast.seller).get(f"/quotes/{approved.id}/copy.pdf", follow_redirects=True)
    assert words in answer.text and f"/quotes/{approved.id}/copy.pdf" in answer.text and "Refresh" not in answer.headers


def test_a_full_queue_is_said_and_takes_nobody_more(login, cast, approved, press):
    press.go.clear()
    browser = login(cast.seller)
    answers = [browser.get(f"/quotes/{approved.id}/copy.pdf") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 409]
    assert "当前生成的单据较多" in answers[3].text


def test_a_document_on_its_way_is_of_whoever_asked_for_it(login, cast, approved, press):
    sent = login(cast.seller).get(f"/quotes/{approved.id}/copy.pdf")
    for person in (cast.rival, cast.manager):
        assert login(person).get(sent.location).status_code == 404
        assert login(person).get(f"{sent.location.removesuffix('.pdf')}.pdf").status_code == 404


def test_what_is_not_approved_has_a_preview_and_no_pdf(login, cast, press):
    quote = offers.quote(cast.seller)
    browser = login(cast.seller)
    assert browser.get(f"/quotes/{quote.id}/copy.pdf").status_code == 409 and press.pages == []
    preview = browser.get(f"/quotes/{quote.id}/preview?language=both&prices=no").text
    assert "备货单" in preview and "Picking list" in preview and 'class="amount"' not in preview


def test_a_draft_keeps_the_template_and_language_it_will_be_printed_in(login, cast):
    quote, formal = offers.quote(cast.seller), DocumentTemplate.get(DocumentTemplate.base == "formal")
    browser = login(cast.seller)
    assert browser.get(f"/quotes/{quote.id}/document").status_code == 200
    browser.post(f"/quotes/{quote.id}/document", data={"template": formal.id, "language": "both"})
    kept = Quote.get_by_id(quote.id)
    assert (kept.template, kept.language, Event.get(Event.verb == "quote.document_chosen").record_id) == (formal, "both", quote.id)
    Quote.update(status=Quote.APPROVED).where(Quote.id == quote.id).execute()
    assert browser.post(f"/quotes/{quote.id}/document", data={"template": ""}).status_code == 403
    assert Quote.get_by_id(quote.id).template == formal


def test_the_colour_of_a_template_is_a_style_sheet_and_nothing_else_is(stranger):
    assert stranger.get("/documents/colours/1f4e8c.css").text == ".paper { --accent: #1f4e8c }"
    for colour in ("red", "1F4E8C", "111111;}", "1234567"):
        assert stranger.get(f"/documents/colours/{colour}.css").status_code == 404


# ---- the settings ----------------------------------------------------------------------------------------------------


def filled(**changes):
    return {
        "name": "出口", "base": "formal", "colour": "#1f4e8c", "logo_position": "right", "language": "both", "columns": ["code", "price"],
        "terms": "{{ 7*7 }}\n{% if 1 %}x{% endif %}", "bank": "", "footer": "<b>foot</b>",
    } | changes


def test_a_template_is_made_changed_and_made_the_default(login, cast):
    browser = login(cast.admin)
    browser.post("/settings/documents", data=filled())
    made = DocumentTemplate.get(DocumentTemplate.name == "出口")
    assert (made.colour, made.columns, made.language, made.is_default) == ("1f4e8c", ["code", "price"], "both", False)
    browser.post(f"/settings/documents/{made.id}", data=filled(colour="#8c1c13"))
    browser.post(f"/settings/documents/{made.id}/default")
    assert DocumentTemplate.standard() == made and DocumentTemplate.standard().colour == "8c1c13"
    assert browser.post(f"/settings/documents/{made.id}/remove").status_code == 409
    assert browser.get(f"/settings/documents/{made.id}").status_code == browser.get("/settings/documents").status_code == 200


def test_the_preview_shows_what_is_typed_as_text_and_saves_nothing(login, cast):
    answer = login(cast.admin).post("/settings/documents/preview", data=filled())
    assert "{{ 7*7 }}" in answer.text and "{% if 1 %}x{% endif %}" in answer.text and "&lt;b&gt;foot" in answer.text
    assert "<title>报价单" in answer.text and '<body class="paper formal bilingual">' in answer.text
    part = login(cast.admin).post("/settings/documents/preview", data=filled(), headers={"HX-Request": "true"})
    assert 'sandbox="allow-same-origin"' in part.text and "<b>foot" not in part.text
    assert not DocumentTemplate.select().where(DocumentTemplate.name == "出口").exists()


WRONG = [("colour", "#ffff00"), ("colour", "red; }"), ("base", "x"), ("language", "fr"), ("name", ""), ("name", "简洁")]


@pytest.mark.parametrize("field, value", WRONG)
def test_a_template_that_cannot_be_printed_is_refused(login, cast, field, value):
    before = DocumentTemplate.select().count()
    assert login(cast.admin).post("/settings/documents", data=filled(**{field: value})).status_code in (409, 422)
    assert DocumentTemplate.select().count() == before


def test_a_seal_is_a_picture_and_is_written_anew(login, cast):
    browser = login(cast.admin)
    template = DocumentTemplate.standard()
    url = f"/settings/documents/{template.id}"
    assert browser.post(url, data=filled(seal=(io.BytesIO(b"<svg onload=x>"), "s.png"))).status_code == 422
    browser.post(url, data=filled(seal=(io.BytesIO(picture("PNG", "RGBA") + b"<script>"), "s.png")))
    seal = bytes(DocumentTemplate.standard().seal)
    assert seal.startswith(b"\x89PNG") and b"<script>" not in seal
    browser.post(url, data=filled(without_seal="y"))
    assert DocumentTemplate.standard().seal is None


# ---- pictures of products --------------------------------------------------------------------------------------------


def a_product():
    return Product.create(sku="P-1", name="泵", price=4_000)


def picture(kind, mode="RGB", size=(900, 600)):
    made = io.BytesIO()
    Image.new(mode, size, 128 if mode == "L" else (10, 120, 60) + (128,) * (len(mode) - 3)).save(made, kind)
    return made.getvalue()


KEPT_AS = [("PNG", "RGBA", "image/png"), ("PNG", "RGB", "image/jpeg"), ("JPEG", "L", "image/jpeg"), ("WEBP", "RGB", "image/jpeg")]


@pytest.mark.parametrize("kind, mode, kept", KEPT_AS)
def test_a_picture_of_a_product_is_kept_small_and_written_anew(login, cast, kind, mode, kept):
    product, browser = a_product(), login(cast.admin)
    url = f"/products/{product.id}/picture"
    browser.post(url, data={"picture": (io.BytesIO(picture(kind, mode) + b"tail<script>"), "../x.php")})
    stored = ProductPicture.get(ProductPicture.product == product.id)
    assert stored.type == kept and b"<script>" not in bytes(stored.content)
    assert max(Image.open(io.BytesIO(bytes(stored.content))).size) == 320
    shown = browser.get(url)
    assert shown.mimetype == kept and shown.headers["X-Content-Type-Options"] == "nosniff"
    browser.post(f"{url}/remove")
    assert browser.get(url).status_code == 404


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", b"\x89PNG\r\n\x1a\nbroken", b"\xff\xd8\xff" + b"0" * (2 << 20)])
def test_what_is_no_picture_is_refused_and_changes_nothing(login, cast, content):
    product = a_product()
    answer = login(cast.admin).post(f"/products/{product.id}/picture", data={"picture": (io.BytesIO(content), "x.png")})
    assert answer.status_code == 409 and not ProductPicture.select().exists()


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(login, cast):
    product = a_product()
    bomb = picture("PNG", "L", (6000, 6000))
    assert len(bomb) < 2 << 20
    assert login(cast.admin).post(f"/products/{product.id}/picture", data={"picture": (io.BytesIO(bomb), "x.png")}).status_code == 409
