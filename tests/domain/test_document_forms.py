"""The forms of a printed quote: templates, languages, the list for the warehouse; PDF/A-2u, tags, and text that stays text."""

import dataclasses
import io
import re
from decimal import Decimal

import pytest
from PIL import Image
from pypdf import PdfReader

import documents
from documents import Line, Look, Party, document_of, kind_of, quote_html, quote_pdf
from documents.english import amount_in_words
from documents.printer import ASSETS, colour_sheet
from models import DocumentTemplate, Product, ProductPicture, Quote, QuoteLine
from tests.domain.test_documents import PDF, SECRET, a_quote, listener, poppler, quote_of, render, text_of

__all__ = ["listener", "render"]

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not all(path.exists() for path in ASSETS.values()), reason="static/vendor is not filled"),
]
AMOUNT = re.compile(r"\d[\d,]*\.\d\d\b")


@pytest.fixture(scope="module", autouse=True)
def stopped_at_the_end():
    yield
    documents.PRINTER.stop()


def png(colour=(200, 20, 20, 128), size=(80, 80)):
    made = io.BytesIO()
    Image.new("RGBA", size, colour).save(made, "PNG")
    return made.getvalue()


def full_look(base="formal", **changes):
    look = Look(base, "8c1c13", "left", DocumentTemplate.COLUMNS, ("开户行：中国银行", "账号：4421"), "ISO 9001", png())
    return dataclasses.replace(look, **changes)


# ---- an archive that is also read aloud ------------------------------------------------------------------------------


@pytest.mark.parametrize("base", DocumentTemplate.BASES)
def test_the_pdf_is_a_tagged_pdf_a_2u_with_every_font_embedded_and_readable(render, base):
    pdf = PdfReader(io.BytesIO(quote_pdf(quote_of(3, look=full_look(base), check_url="https://x.example/v/1", check_code="1"), render)))
    root = pdf.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert re.search(r'pdfaid:part(="|>)2', xmp) and re.search(r'pdfaid:conformance(="|>)U', xmp)
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"] == "zh-CN" and pdf.metadata.title.startswith("报价单 Q20261124-007 V2")
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1" and "/ID" in pdf.trailer
    fonts = [font.get_object() for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    for font in fonts:
        assert "/ToUnicode" in font
        described = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described)
    assert fonts and not {"/JavaScript", "/EmbeddedFiles"} & set(root.get("/Names", {}))


def test_what_is_read_aloud_has_headings_a_table_with_heads_and_pictures_with_words(render):
    pdf = PdfReader(io.BytesIO(quote_pdf(quote_of(3, look=full_look("pictures")), render)))
    kinds, alternatives = [], []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            return [walk(each) for each in node]
        if not isinstance(node, dict):
            return None
        kinds.append(node.get("/S"))
        alternatives.extend([node["/Alt"]] if node.get("/S") == "/Figure" and "/Alt" in node else [])
        return walk(node["/K"]) if "/K" in node else None

    walk(pdf.trailer["/Root"]["/StructTreeRoot"])
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P", "/L"} <= set(kinds)
    assert kinds.count("/Figure") == len(alternatives) == 1 and alternatives == ["公司印章"]


# ---- templates -------------------------------------------------------------------------------------------------------


def test_a_template_gives_form_colour_columns_standing_lines_and_seal(render):
    html = quote_html(quote_of(3, look=full_look()), render)
    assert '<body class="paper formal">' in html and "asset:colour-8c1c13.css" in html
    assert colour_sheet("8c1c13") == ".paper { --accent: #8c1c13 }"
    assert re.findall(r'<th class="(\w+)"', html) == ["position", "picture", "product", "quantity", "price", "discount", "tax_rate", "amount"]
    text = text_of(documents.PRINTER.pdf(html))
    assert "开户行：中国银行" in text and "ISO 9001" in text and html.count('class="seal"') == 1


def test_a_draft_bears_no_seal(cast):
    quote, template = a_quote(cast.seller), DocumentTemplate.standard()
    template.seal = png()
    assert document_of(quote, template=template).look.seal is None
    assert document_of(quote, template=template, is_draft=False).look.seal == png()
    assert document_of(quote, template=template, is_draft=False, prices=False).look.seal is None


def test_a_quote_is_printed_in_its_own_template_and_language_and_otherwise_in_the_default(cast):
    quote = a_quote(cast.seller)
    assert document_of(quote).look.base == DocumentTemplate.SIMPLE and document_of(quote).language == "zh"
    formal = DocumentTemplate.create(name="F", base="formal", language="both", terms="质保一年\n盖章生效", columns=["tax_rate"])
    Quote.update(template=formal).where(Quote.id == quote.id).execute()
    document = document_of(Quote.get_by_id(quote.id))
    assert (document.look.base, document.language) == ("formal", "both")
    assert document.terms == ("款到发货", "质保一年", "盖章生效")
    assert document.lines[0].code == "" and "tax_rate" in document.columns and "price" not in document.columns
    Quote.update(language="en").where(Quote.id == quote.id).execute()
    assert document_of(Quote.get_by_id(quote.id)).language == "en"


def test_pictures_of_products_are_printed_where_the_template_has_the_column(cast, render):
    quote = a_quote(cast.seller)
    ProductPicture.create(product=Product.get(Product.sku == "P-1"), content=png((0, 128, 0, 255)), type="image/png")
    pictured = DocumentTemplate(**DocumentTemplate.STANDARD[2])
    assert document_of(quote, template=pictured).lines[0].picture == png((0, 128, 0, 255))
    assert document_of(quote).lines[0].picture is None
    pdf = quote_pdf(document_of(quote, template=pictured), render)
    assert b" image " in poppler("pdfimages", pdf, "-list", PDF)


# ---- languages -------------------------------------------------------------------------------------------------------


def test_both_languages_stand_side_by_side_and_the_amount_in_words_of_each(render):
    text = text_of(quote_pdf(quote_of(3, language="both"), render))
    for words in ("报价单", "Quote", "数量", "Quantity", "有效期至", "Valid until", "第 1 页，共 1 页", "Page 1 of 1", "人民币", "Say RMB"):
        assert words in text


def test_four_lines_with_terms_bank_and_seal_fit_on_one_page_in_both_languages(render):
    terms = ("付款：预付 30%，发货前付 60%，验收后 30 天内付 10%。", "交货：收到预付款后 30 天内。", "质保：18 个月。", "双方盖章后视为订货合同。")
    side = Party("上海远帆自动化技术有限公司", "李雷", "139 1688 2046", "lilei@yuanfan.example", "上海市闵行区", "91310112MA1GB5R42T")
    look = full_look(columns=tuple(DocumentTemplate.STANDARD[1]["columns"]))
    quote = quote_of(4, language="both", look=look, terms=terms, customer=side, supplier=side, check_url="https://x.example/v/1", check_code="1")
    assert "Page 1 of 1" in text_of(quote_pdf(quote, render))


@pytest.mark.parametrize("count", [3, 60, 150])
def test_terms_beside_the_bank_account_go_on_over_pages_and_none_is_lost(render, count):
    terms = tuple(f"第 {number} 条：按双方约定。" for number in range(1, count + 1))
    pages = text_of(quote_pdf(quote_of(4, look=full_look(), terms=terms), render)).split("\f")[:-1]
    assert re.findall(r"第 (\d+) 条", "".join(pages)) == [str(number) for number in range(1, count + 1)]
    first = next(page for page in pages if "第 1 条" in page)
    assert "账号：4421" in first and "签字盖章" in pages[-1] and "第 2 页" not in pages[0]


def test_what_is_taken_off_is_written_as_the_reader_understands_it(cast):
    quote = a_quote(cast.seller)
    QuoteLine.update(discount=500).where(QuoteLine.quote == quote.id).execute()
    assert [document_of(quote, language).lines[0].discount for language in ("zh", "en", "both")] == ["95%", "−5%", "−5%"]


@pytest.mark.parametrize("fen, words", [
    (0, "Say RMB Zero Only"), (5, "Say RMB Zero and 05/100 Only"), (10_00, "Say RMB Ten Only"), (1001_10, "Say RMB One Thousand One and 10/100 Only"),
    (148_400_00, "Say RMB One Hundred Forty-Eight Thousand Four Hundred Only"), (100_000_000_00, "Say RMB One Hundred Million Only"),
    (-21_00, "Say RMB Minus Twenty-One Only"),
])
def test_amounts_in_english_words(fen, words):
    assert amount_in_words(fen) == words


def test_what_has_no_rate_is_printed_by_its_name_in_every_language(cast, render):
    quote = a_quote(cast.seller)
    QuoteLine.update(tax_code="exempt", tax_rate=0).where(QuoteLine.quote == quote.id).execute()
    formal = DocumentTemplate.create(name="F", columns=["tax_rate"])
    chinese, english, both = [quote_html(document_of(quote, language, template=formal), render) for language in ("zh", "en", "both")]
    assert "人民币（元） · 免税" in chinese and '<td class="tax_rate">免税</td>' in chinese
    assert "CNY · exempt" in english and "0%" not in english
    assert '<td class="tax_rate">免税 <span class="en" lang="en">exempt</span></td>' in both


# ---- the warehouse ---------------------------------------------------------------------------------------------------


def test_the_list_for_the_warehouse_holds_no_amount_anywhere(cast, render):
    quote = a_quote(cast.seller)
    Quote.update(terms="预付 27.00 元").where(Quote.id == quote.id).execute()
    document = document_of(Quote.get_by_id(quote.id), prices=False, is_draft=False)
    html = quote_html(document, render)
    assert not AMOUNT.search(re.sub(r"<head>.*</head>", "", html, flags=re.DOTALL)) and "13%" not in html
    text = text_of(documents.PRINTER.pdf(html))
    assert "备货单" in text and "2.5 台" in text and "泵" in text
    assert (document.total, document.subtotal, document.terms, document.tax_rates) == (0, 0, (), ())
    assert kind_of(document) == "备货单"


# ---- what people write stays what they wrote -------------------------------------------------------------------------


VECTORS = (
    '"><img src="{url}">', '<img src="file://{file}">', '<link rel="attachment" href="file://{file}">', '<link rel="stylesheet" href="{url}">',
    '<style>@import "{url}";</style>', "</style><style>*{{background:url({url})}}", "; background: url({url}); x:",
    '<svg><image xlink:href="{url}"/></svg>',
    "<img src='data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"{url}\"/></svg>'>", '<base href="{url}"><img src="x">',
    '<object data="gopher://127.0.0.1:{port}/x"></object>', '<img src="ftp://127.0.0.1:{port}/x"><iframe src="../../../etc/passwd"></iframe>',
    "{{{{ 7*7 }}}}", "{{% for x in [1] %}}PWNED{{% endfor %}}",
)


@pytest.mark.parametrize("vector", VECTORS)
def test_no_text_of_a_quote_or_template_reaches_out_or_is_compiled(vector, listener, render):
    port = listener.server_address[1]
    hostile = vector.format(url=f"http://127.0.0.1:{port}/hop", file=listener.marker, port=port)
    document = quote_of(
        customer=Party(*[hostile] * 6), terms=(hostile,), check_code=hostile, check_url="https://x.example/",
        lines=(Line(hostile, hostile, hostile, Decimal(1), hostile, 1, hostile, 1), Line(hostile, "", "", Decimal(0), "", 0, "", 0, "note")),
        look=full_look(bank=(hostile,), footer=hostile),
    )
    html = quote_html(document, render)
    pdf = documents.PRINTER.pdf(html)
    text = text_of(pdf)
    assert listener.hits == []
    assert SECRET not in text and "root:" not in text
    assert "7*7" not in vector.replace(" ", "") or "49" not in text
    assert "PWNED{%" in "".join(text.split()) or "PWNED" not in text
    assert poppler("pdfdetach", pdf, "-list", PDF).startswith(b"0 embedded files")
    assert "".join(hostile.split()) in "".join(text.split()) or "<" in hostile or ";" in hostile


def test_a_colour_that_is_no_colour_is_no_style_sheet(listener):
    port = listener.server_address[1]
    for name in ("colour-red.css", f"colour-111111; background: url(http://127.0.0.1:{port}/).css", "colour-../../etc/passwd.css"):
        assert documents.PRINTER.pdf(f'<link rel="stylesheet" href="asset:{name}"><p>x</p>').startswith(b"%PDF")
    assert listener.hits == []


PICTURES = {
    "an SVG that fetches": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1/"/></svg>', "a page": b"<html><script>1</script>",
    "a PDF": b"%PDF-1.7", "nothing": b"", "a PostScript": b"%!PS-Adobe", "a RIFF that is sound": b"RIFF\0\0\0\0WAVEfmt ",
}


@pytest.mark.parametrize("what", PICTURES)
def test_what_is_no_png_jpeg_or_webp_is_not_printed_as_a_picture(what, render):
    html = quote_html(quote_of(1, look=full_look(seal=PICTURES[what])), render)
    assert "<img" not in html
