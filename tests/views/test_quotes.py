"""Quotes over HTTP: who may, what each answer is, that the server alone does arithmetic, and that cost stays where it belongs."""

import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import quote as url_quote

import pytest

from domain import approvals, customers, orders, quote_links, quotes, search
from domain.flow_conditions import Condition
from domain.money import capitals, format_money
from models import Customer, Event, Member, Opportunity, Product, Quote, QuoteLine
from tests import offers, routes
from tests.pages import PART
from tests.quote_forms import COST, figures, form, stored, traces_of_cost


def submitted(cast, quote):
    return approvals.submit(stored(quote), by=cast.seller)


def approve(quote, pdf=b"%PDF-1.7 as sent"):
    Quote.update(status=Quote.APPROVED, pdf=pdf).where(Quote.id == quote.id).execute()


# ---- how one begins, and who may ---------------------------------------------------------------------------------------


def test_one_step_from_the_deal_to_the_editor(login, cast):
    deal = offers.deal(cast.seller)
    answer = login(cast.seller).post(f"/opportunities/{deal.id}/quotes")
    assert answer.status_code == 303 and answer.location == f"/quotes/{Quote.get().id}"
    assert 'name="q"' in login(cast.seller).get(answer.location).text


@pytest.mark.parametrize(("who", "code"), [("manager", 303), ("outsider", 404), ("service", 404), ("finance", 404)])
def test_who_may_begin_one(login, cast, who, code):
    deal = offers.deal(cast.seller)
    assert login(getattr(cast, who)).post(f"/opportunities/{deal.id}/quotes").status_code == code


def test_a_lost_deal_takes_none(login, cast):
    deal = offers.deal(cast.seller)
    Opportunity.update(status=Opportunity.LOST).execute()
    assert login(cast.seller).post(f"/opportunities/{deal.id}/quotes").status_code == 403


@pytest.mark.parametrize(("who", "sees", "writes"), [
    ("seller", 200, 303), ("manager", 200, 303), ("admin", 200, 303), ("finance", 200, 403), ("outsider", 404, 404), ("service", 404, 404),
])
def test_who_sees_and_who_writes(login, cast, draft, sensors, who, sees, writes):
    client = login(getattr(cast, who))
    for page in ("", "/preview", "/glyphs"):
        assert client.get(f"/quotes/{draft.id}{page}").status_code == sees
    assert client.post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "3", ""))).status_code == writes
    assert client.post(f"/quotes/{draft.id}/totals", data=form(draft, (sensors[0], "3", ""))).status_code in (200, writes)


def test_what_is_not_taxed_is_called_so_from_the_editor_to_the_order(login, cast, draft, sensors):
    Product.update(tax_code="untaxed", tax_rate=0).where(Product.id == sensors[0].id).execute()
    seller, quote = login(cast.seller), quotes.create(offers.deal(cast.seller), by=cast.seller)
    answer = seller.post(f"/quotes/{quote.id}/totals", data=form(quote, (sensors[0], "1", ""), (sensors[1], "1", "")), headers=PART)
    assert ">6% / 不征税</small>" in answer.text
    quotes.save(quote, cast.seller, quote.revision, [{"product_id": sensors[0].id, "quantity": Decimal(1)}])
    approve(quote)
    link = quote_links.make(stored(quote), by=cast.seller)
    order = orders.create(stored(quote), by=cast.seller)
    for page in (f"/quotes/{quote.id}", f"/q/{link}", f"/orders/{order.id}"):
        text = seller.get(page).text
        assert "不征税" in text and " 0%" not in text


def test_finance_reads_it_standing_still(login, cast, draft):
    page = login(cast.finance).get(f"/quotes/{draft.id}").text
    assert 'name="quantity"' not in page and "激光测距传感器" in page


@pytest.mark.parametrize("path", ["/totals", "", "/lines", "/paste"])
def test_a_quote_under_approval_is_not_written(login, cast, draft, sensors, path):
    submitted(cast, draft)
    answer = login(cast.seller).post(f"/quotes/{draft.id}{path}", data=form(draft, (sensors[0], "3", "")))
    assert answer.status_code == 409 and "撤回" in answer.text


# ---- money -------------------------------------------------------------------------------------------------------------


def test_screen_pricing_and_database_say_the_same(login, cast, draft):
    totals = quotes.totals_of(stored(draft))
    page = login(cast.seller).get(f"/quotes/{draft.id}").text
    for fen in (totals.list_total, totals.total, totals.tax_total, totals.excl_total, *(line.amount for line in totals.lines)):
        assert format_money(fen) in page
    assert capitals(totals.total) in page and totals.total == stored(draft).total


def test_totals_while_typing_equal_what_saving_stores(login, cast, draft, sensors):
    client = login(cast.seller)
    lines = (sensors[0], "7", "97.5"), (sensors[1], "3", "", "free"), (sensors[1], "2", "90"), (sensors[1], "0.5", "")
    posted = form(draft, *lines, order_discount="1,234.56", optional=["3"])
    typed = client.post(f"/quotes/{draft.id}/totals", data=posted, headers=PART)
    assert typed.status_code == 200 and stored(draft).revision == draft.revision
    assert client.post(f"/quotes/{draft.id}", data=posted).status_code == 303
    totals = quotes.totals_of(stored(draft))
    as_stored = [[format_money(line.amount), format_money(quotes.unit_price(line))] for line in quotes.lines_of(draft)]
    assert [line.split("\t")[2:4] for line in figures(typed)] == as_stored
    assert f"¥{format_money(totals.total)}" in typed.text and capitals(totals.total) in typed.text
    assert stored(draft).total == totals.total == 7 * 186_000 - 32_550 + 8_400 - 123_456


def test_prices_costs_and_totals_in_the_post_are_not_read(login, cast, draft, sensors):
    posted = form(draft, (sensors[0], "1", "")) | {"price": "1", "cost": "1", "total": "1", "amount": "1", "tax_rate": "0", "owner": "1"}
    login(cast.seller).post(f"/quotes/{draft.id}", data=posted)
    line = quotes.lines_of(draft)[0]
    assert (line.price, line.cost, line.amount, stored(draft).total) == (186_000, COST, 186_000, 186_000)


def test_full_width_digits_and_a_percent_sign_are_read(login, cast, draft, sensors):
    login(cast.seller).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "２４", "95%")))
    line = quotes.lines_of(draft)[0]
    assert (line.quantity, line.discount) == (24, 500)


# ---- what is wrong stands beside its field, and what was typed stays ----------------------------------------------------


@pytest.mark.parametrize(("quantity", "rate", "field"), [
    ("0", "", "quantity"), ("-3", "", "quantity"), ("abc", "", "quantity"), ("1.23456", "", "quantity"), ("99999999999", "", "quantity"),
    ("", "", "quantity"), ("1", "101", "rate"), ("1", "9.5", "rate"), ("1", "x", "rate"), ("999999999", "", "quantity"),
])
def test_a_wrong_line_is_refused_beside_its_field(login, cast, draft, sensors, quantity, rate, field):
    if quantity == "999999999":
        QuoteLine.update(price=10**12).where(QuoteLine.product == sensors[0].id).execute()
    posted = form(draft, (sensors[0], quantity, rate))
    client = login(cast.seller)
    page = client.post(f"/quotes/{draft.id}", data=posted)
    assert page.status_code == 422
    assert re.search(rf'name="{field}" value="{re.escape(quantity if field == "quantity" else rate)}"[^>]*aria-invalid', page.text)
    part = client.post(f"/quotes/{draft.id}/totals", data=posted, headers=PART)
    assert part.status_code == 422 and figures(part)[0].split("\t")[5] == field


def test_an_order_discount_beyond_the_lines_is_refused_beside_its_field(login, cast, draft, sensors):
    posted = form(draft, (sensors[1], "1", ""), order_discount="168.01")
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=posted)
    assert answer.status_code == 422 and 'value="168.01"' in answer.text
    assert re.search(r'id="discount-error"[^>]*>[^<]+<', answer.text)


def test_a_validity_before_the_quote_s_own_day_is_refused(login, cast, draft, sensors):
    posted = form(draft, (sensors[0], "1", ""), valid_until=draft.issued_on - timedelta(days=1))
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=posted)
    assert answer.status_code == 422 and re.search(r'id="validity-error"[^>]*>[^<]+<', answer.text)


@pytest.mark.parametrize("broken", [{"key": ["1"]}, {"product": ["x", "y"]}, {"quantity": []}])
def test_a_mangled_form_is_not_read(login, cast, draft, sensors, broken):
    posted = form(draft, (sensors[0], "1", ""), (sensors[1], "1", "")) | broken
    assert login(cast.seller).post(f"/quotes/{draft.id}", data=posted).status_code == 400


def test_a_product_that_is_not_there_is_refused(login, cast, draft, sensors):
    posted = form(draft, (sensors[0], "1", ""), product=[99_999])
    assert login(cast.seller).post(f"/quotes/{draft.id}", data=posted).status_code == 409


def test_a_strange_key_does_not_reach_the_page(login, cast, draft, sensors):
    posted = form(draft, (sensors[0], "1", ""), key=['1"><b>'])
    answer = login(cast.seller).post(f"/quotes/{draft.id}/totals", data=posted, headers=PART)
    assert '"><b>' not in answer.text and figures(answer)[0].startswith("1x\t")


# ---- two people on one draft -------------------------------------------------------------------------------------------


def test_an_older_form_is_answered_with_both_versions(login, cast, draft, sensors):
    older = form(draft, (sensors[0], "30", ""), terms="付清发货")
    assert login(cast.manager).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "25", ""))).status_code == 303
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=older)
    assert answer.status_code == 409
    for words in ("钱经理", "25 台", "30 台", "付清发货", "预付 30%", 'name="quantity" value="30"'):
        assert words in answer.text
    assert [line.quantity for line in quotes.lines_of(draft)] == [25]


def test_an_older_autosave_leaves_what_is_typed_alone(login, cast, draft, sensors):
    older = form(draft, (sensors[0], "30", ""))
    login(cast.manager).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "25", "")))
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=older, headers=PART)
    assert answer.status_code == 409 and 'id="quote-conflict"' in answer.text and "<input" not in answer.text


def test_mine_is_written_over_theirs_only_by_saying_so(login, cast, draft, sensors):
    older = form(draft, (sensors[0], "30", ""))
    login(cast.manager).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "25", "")))
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=older | {"replaces": stored(draft).revision})
    assert answer.status_code == 303 and [line.quantity for line in quotes.lines_of(draft)] == [30]


def test_a_form_without_a_revision_overwrites_nothing(login, cast, draft, sensors):
    posted = form(draft, (sensors[0], "30", ""), revision="")
    assert login(cast.seller).post(f"/quotes/{draft.id}", data=posted).status_code == 409


def test_a_save_carries_its_new_revision_back(login, cast, draft, sensors):
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "30", "")), headers=PART)
    assert f'id="revision" value="{draft.revision + 1}"' in answer.text and 'name="quantity"' not in answer.text


# ---- without JavaScript ------------------------------------------------------------------------------------------------


def test_a_product_is_added_by_its_code(login, cast, draft, sensors):
    posted = form(draft, (sensors[0], "30", "")) | {"q": "px-18n", "adding": "1"}
    assert login(cast.seller).post(f"/quotes/{draft.id}", data=posted).status_code == 303
    assert [(line.sku, line.quantity) for line in quotes.lines_of(draft)] == [("LD-200", 30), ("PX-18N", 1)]


def test_a_word_that_fits_several_products_adds_none(login, cast, draft, sensors):
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "30", "")) | {"q": "光电", "adding": "1"})
    assert answer.status_code == 422 and "PX-18N" in answer.text and "PX-18P" in answer.text and 'value="30"' in answer.text


def test_a_line_is_taken_out_by_its_button(login, cast, draft, sensors):
    posted = form(draft, (sensors[0], "30", ""), (sensors[1], "2", "")) | {"line": "remove:1"}
    login(cast.seller).post(f"/quotes/{draft.id}", data=posted)
    assert [line.sku for line in quotes.lines_of(draft)] == ["PX-18N"]


# ---- products ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["gdkg", "光电", "PX-18"])
def test_products_are_found_by_initials_name_and_code(login, cast, draft, text):
    page = login(cast.seller).get(f"/quotes/{draft.id}/products?q={url_quote(text)}").text
    assert "PX-18N" in page and "PX-18P" in page and "LD-200" not in page and "168.00" in page


def test_what_is_no_longer_sold_is_not_offered(login, cast, draft, sensors):
    Product.update(active=False).where(Product.sku == "PX-18P").execute()
    assert "PX-18P" not in login(cast.seller).get(f"/quotes/{draft.id}/products?q=PX").text


def test_a_picked_product_comes_as_a_line(login, cast, draft, sensors):
    row = login(cast.seller).get(f"/quotes/{draft.id}/lines/new?product={sensors[2].id}").text
    assert f'name="product" value="{sensors[2].id}"' in row and "PX-18P" in row and 'value="1"' in row
    assert [line.sku for line in quotes.lines_of(draft)] == ["LD-200", "PX-18N"]


# ---- cost --------------------------------------------------------------------------------------------------------------


def everything_shown(client, quote, sensors):
    """All bytes that the pages of a quote send to somebody."""
    paths = ["", "/preview", "/submit", "/products?q=LD", f"/lines/new?product={sensors[0].id}", "/glyphs"]
    answers = [client.get(f"/quotes/{quote.id}{path}") for path in paths]
    typed = form(quote, (sensors[0], "1", ""), order_discount="0.01")
    answers += [client.post(f"/quotes/{quote.id}/totals", data=typed, headers=headers) for headers in ({}, PART)]
    answers += [client.post(f"/quotes/{quote.id}", data=typed | {"revision": "0"}, headers=headers) for headers in ({}, PART)]
    return "".join(answer.text for answer in answers) + client.get("/quotes?whose=team").text


def test_cost_never_reaches_a_colleague_who_may_write_the_quote(login, cast, draft, sensors):
    for record in (draft, draft.customer):
        Member.create(record_kind=record.kind(), record_id=record.id, user=cast.rival, may_edit=True, added_by=cast.seller)
    shown = everything_shown(login(cast.rival), stored(draft), sensors)
    assert 'name="quantity"' in shown and [trace for trace in traces_of_cost(draft) if trace in shown] == []


@pytest.mark.parametrize("condition", [Condition("loses_money", "is", True), Condition("margin", "below", 9_900)])
def test_the_route_before_submitting_says_no_word_of_cost_to_who_may_not_see_it(login, cast, draft, sensors, condition):
    routes.lead_through(routes.superior(when=((condition,),)))
    for record in (draft, draft.customer):
        Member.create(record_kind=record.kind(), record_id=record.id, user=cast.rival, may_edit=True, added_by=cast.seller)
    client, below_cost = login(cast.rival), form(draft, (sensors[0], "1", "1000", "agreed"))
    said = client.post(f"/quotes/{draft.id}/totals", data=below_cost, headers=PART).text
    assert client.post(f"/quotes/{draft.id}", data=below_cost).status_code == 303
    said += client.get(f"/quotes/{draft.id}").text + client.get(f"/quotes/{draft.id}/submit", headers=PART).text
    assert said.count("节点1") == said.count("按审批流的规则") == 3
    assert [word for word in ("亏", "毛利", "成本", "cost", "margin", "loses") if word in said] == []


@pytest.mark.parametrize("who", ["outsider", "service"])
def test_cost_never_reaches_who_may_not_see_the_quote(login, cast, draft, sensors, who):
    shown = everything_shown(login(getattr(cast, who)), stored(draft), sensors)
    assert [trace for trace in traces_of_cost(draft) if trace in shown] == []


@pytest.mark.parametrize("who", ["seller", "manager", "finance"])
def test_the_margin_is_shown_to_who_answers_for_it(login, cast, draft, who):
    totals = quotes.totals_of(draft)
    page = login(getattr(cast, who)).get(f"/quotes/{draft.id}").text
    assert "waterfall" in page and format_money(totals.profit) in page and format_money(-totals.cost_total) in page


def test_the_document_never_shows_cost(login, cast, draft):
    page = login(cast.seller).get(f"/quotes/{draft.id}/preview").text
    assert "报价单" in page and [trace for trace in traces_of_cost(draft) if trace in page] == []


# ---- submitting, printing ----------------------------------------------------------------------------------------------


def test_before_submitting_the_seller_reads_who_decides_and_why(login, cast, draft, sensors):
    client = login(cast.seller)
    client.post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "10", ""), order_discount="2,000"))
    page = client.get(f"/quotes/{draft.id}/submit").text
    assert "钱经理" in page and "89.24%" in page and "90%" in page and f'action="/quotes/{draft.id}/submit"' in page


def test_the_way_out_that_is_offered_really_leads_out(login, cast, draft, sensors):
    client = login(cast.seller)
    typed = form(draft, (sensors[0], "10", ""), order_discount="2,000")
    offered = re.search(r'data-order-discount="([^"]+)"', client.post(f"/quotes/{draft.id}/totals", data=typed, headers=PART).text)
    answer = client.post(f"/quotes/{draft.id}/totals", data=typed | {"order_discount": offered[1]}, headers=PART)
    assert offered[1] == "1,860.00" and "低于 90%" not in answer.text


def test_the_pdf_is_the_stored_one_under_its_name(login, cast, draft):
    Customer.update(short_name="苏州 恒立").execute()
    approve(draft)
    answer = login(cast.finance).get(f"/quotes/{draft.id}.pdf")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"%PDF-1.7 as sent", "application/pdf")
    name = url_quote(f"报价-{draft.number}-苏州恒立.pdf")
    assert answer.headers["Content-Disposition"] == f"inline; filename=\"{draft.number}.pdf\"; filename*=UTF-8''{name}"


@pytest.mark.parametrize("who", ["seller", "manager", "admin", "finance"])
def test_before_approval_nobody_gets_a_pdf(login, cast, draft, who):
    answer = login(getattr(cast, who)).get(f"/quotes/{draft.id}.pdf")
    assert answer.status_code == 409 and "预览" in answer.text


def test_a_pdf_is_not_there_for_who_may_not_see_the_quote(login, cast, draft):
    approve(draft)
    assert login(cast.outsider).get(f"/quotes/{draft.id}.pdf").status_code == 404


def test_characters_that_no_font_has_are_named(login, cast, draft, sensors):
    QuoteLine.update(name="传感器\U000f0001").where(QuoteLine.product == sensors[0].id).execute()
    client = login(cast.seller)
    assert "\U000f0001" in client.get(f"/quotes/{draft.id}/glyphs").text
    assert "空框" in client.get(f"/quotes/{draft.id}/submit").text


# ---- the list ----------------------------------------------------------------------------------------------------------


def test_mine_and_the_team_s(login, cast, draft):
    client = login(cast.manager)
    assert draft.number not in client.get("/quotes").text
    assert draft.number in client.get("/quotes?whose=team").text
    assert draft.number in login(cast.finance).get("/quotes").text
    assert login(cast.service).get("/quotes").status_code == 403


@pytest.mark.parametrize(("asked", "there"), [
    ("status=draft", True), ("status=approved", False), ("q=20", True),
    ("q=恒立", True), ("q=szhl", True), ("q=常州", False), ("status=nonsense", True),
])
def test_the_list_is_narrowed_by_status_number_and_customer(login, cast, draft, asked, there):
    search.index("customer", draft.customer)
    answer = login(cast.seller).get(f"/quotes?{asked}", headers=PART)
    assert (draft.number in answer.text) is there


def test_queries_do_not_grow_with_lines_or_rows(login, cast, draft, queries):
    client = login(cast.seller)
    client.get(f"/quotes/{draft.id}/glyphs")
    few = counted(queries, client, draft)
    products = [Product.create(sku=f"B-{n}", name=f"产品 {n}", price=100) for n in range(60)]
    entries = [{"product_id": product.id, "quantity": Decimal(2)} for product in products]
    quotes.save(draft, cast.seller, draft.revision, entries, valid_until=draft.valid_until, terms=draft.terms)
    for _n in range(8):
        customer = customers.create(by=cast.seller, name=f"客户 {_n}")
        quotes.create(offers.deal(cast.seller, name=f"公司 {customer.id}"), by=cast.seller)
    assert counted(queries, client, draft) == few


def counted(queries, client, quote):
    numbers = []
    rows = [(line.product, str(line.quantity), "") for line in quotes.lines_of(quote)]
    requests = [lambda path=path: client.get(path) for path in (f"/quotes/{quote.id}", f"/quotes/{quote.id}/submit", "/quotes?whose=team")]
    requests.append(lambda: client.post(f"/quotes/{quote.id}/totals", data=form(quote, *rows), headers=PART))
    for request in requests:
        with queries() as seen:
            assert request().status_code == 200
        numbers.append(len([sql for sql in seen if "session" not in sql.lower()]))
    return numbers


def test_looking_and_counting_leave_no_event(login, cast, draft, sensors):
    before = Event.select().count()
    client = login(cast.seller)
    client.get(f"/quotes/{draft.id}")
    client.post(f"/quotes/{draft.id}/totals", data=form(draft, (sensors[0], "3", "")), headers=PART)
    assert Event.select().count() == before
