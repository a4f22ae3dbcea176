"""The ticket desk over HTTP: who may take which step, with and without JavaScript, and what the page says."""

import re

import pytest

from domain import accounts, customers, tickets
from models import CallBack, Contact, Ticket, User, Visit
from tests.cast import PASSWORD
from tests.pages import PART

STEPS = {
    "assign": {}, "check-in": {}, "check-out": {"note": "换了接头"}, "complete": {"resolution": "换了接头"},
    "call-back": {"satisfaction": "4", "solved": "yes", "note": ""},
}


@pytest.fixture
def desk(cast):
    cast.helper = accounts.create_user(
        cast.admin, PASSWORD, login="helper", name="何川", role=User.SERVICE, data_scope="self", department=cast.service.department
    )
    cast.customer = customers.create(by=cast.seller, name="苏州恒立精密机械制造有限公司", short_name="苏州恒立")
    cast.ticket = tickets.create(cast.seller, cast.customer, "LD-200 读数跳变", "距离 12 m 时跳 ±40 mm")
    return cast


def fresh(ticket):
    return Ticket.with_people().where(Ticket.id == ticket.id).get()


def post(browser, ticket, step, **more):
    data = STEPS[step] | more
    return browser.post(f"/tickets/{ticket.id}/{step}", data=data)


def dispatched(desk, to=None):
    tickets.assign(fresh(desk.ticket), to or desk.service, by=desk.manager)
    return desk.ticket


def completed(desk):
    tickets.complete(fresh(dispatched(desk)), desk.service, "换了接头")
    return desk.ticket


# ---- the desk --------------------------------------------------------------------------------------------------------


def test_service_people_begin_with_their_own_and_others_with_all_that_is_open(login, desk):
    assert "读数跳变" not in login(desk.service).get("/tickets").text
    assert "读数跳变" in login(desk.seller).get("/tickets").text
    dispatched(desk)
    assert "读数跳变" in login(desk.service).get("/tickets").text


@pytest.mark.parametrize("tab", ["mine", "new", "open", "to_call_back", "all"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_queue_stands_in_both_languages(login, desk, tab, language):
    User.update(language=language).execute()
    assert login(User.get_by_id(desk.service.id)).get(f"/tickets?tab={tab}").status_code == 200


def test_a_queue_holds_what_its_name_says(login, desk):
    def queues():
        return [tab for tab in ("mine", "new", "open", "to_call_back", "all") if "读数跳变" in login(desk.service).get(f"/tickets?tab={tab}").text]

    assert queues() == ["new", "open", "all"]
    dispatched(desk)
    assert queues() == ["mine", "open", "all"]
    tickets.complete(fresh(desk.ticket), desk.service, "换了接头")
    assert queues() == ["to_call_back", "all"]


@pytest.mark.parametrize(
    "query, there",
    [
        ("q=读数", True), ("q=1001", True), ("q=%231001", True), ("q=零点", False), ("q=%25", False), ("priority=normal", True),
        ("priority=urgent", False), ("priority=x", True), ("customer=1", True), ("customer=99999999999999999999", True),
    ],
)
def test_the_desk_is_narrowed_by_title_number_and_priority(login, desk, query, there):
    assert ("LD-200 读数跳变" in login(desk.service).get(f"/tickets?tab=all&{query}").text) == there


def test_an_empty_answer_offers_to_clear_the_filters(login, desk):
    assert 'href="/tickets?tab=all"' in login(desk.service).get("/tickets?tab=all&q=零点").text


def test_there_are_no_other_queues(login, desk):
    assert login(desk.service).get("/tickets?tab=secret").status_code == 404


def test_the_completion_rate_stands_on_the_desk_per_person(login, desk):
    completed(desk)
    page = login(desk.service).get("/tickets").text
    assert "100.00%" in page and "1 / 1" in page


def test_a_second_page_goes_on_where_the_first_ended(login, desk):
    for n in range(60):
        tickets.create(desk.seller, desk.customer, f"第 {n} 张")
    page = login(desk.service).get("/tickets?tab=all").text
    following = re.search(r'href="(/tickets\?[^"]*after=[^"]+)"', page)[1].replace("&amp;", "&")
    numbers = [re.findall(r'number">(\d+)<', text) for text in (page, login(desk.service).get(following).text)]
    assert (len(numbers[0]), len(numbers[1])) == (50, 11)
    assert not set(numbers[0]) & set(numbers[1])


@pytest.mark.parametrize("who, status", [("finance", 404), ("outsider", 404), ("rival", 404), ("seller", 200), ("manager", 200), ("helper", 200)])
def test_a_ticket_of_others_is_not_there(login, desk, who, status):
    browser = login(getattr(desk, who))
    assert browser.get(f"/tickets/{desk.ticket.id}").status_code == status
    if status == 404:
        assert {post(browser, desk.ticket, step).status_code for step in STEPS} == {404}


# ---- a new ticket ----------------------------------------------------------------------------------------------------

NEW = {"title": "零点漂移", "kind_of_work": "repair", "priority": "high", "body": "", "contact": "0", "order": "0"}


def test_a_ticket_is_opened_for_the_customer_that_was_picked(login, desk):
    contact = Contact.create(customer=desk.customer, name="张经理", phone="13812905678")
    answer = login(desk.seller).post("/tickets", data=NEW | {"customer": desk.customer.id, "contact": contact.id})
    made = Ticket.get(Ticket.title == "零点漂移")
    assert answer.location == f"/tickets/{made.id}"
    assert (made.customer, made.contact, made.priority, made.number) == (desk.customer, contact, "high", str(int(desk.ticket.number) + 1))


@pytest.mark.parametrize("text", ["苏州恒立精密机械制造有限公司", "恒立", "szhl"])
def test_without_javascript_the_typed_words_name_the_customer(login, desk, text):
    assert login(desk.seller).post("/tickets", data=NEW | {"customer": "", "customer_text": text}).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"customer": ""}, {"customer": "99"}, {"customer": "9" * 20}, {"title": ""}, {"priority": "x"}, {"kind_of_work": "x"},
        {"contact": "99"}, {"order": "99"},
    ],
)
def test_a_wrong_ticket_comes_back_with_what_was_typed(login, desk, wrong):
    answer = login(desk.seller).post("/tickets", data=NEW | {"customer": desk.customer.id, "body": "等实验室复测"} | wrong)
    assert answer.status_code == 422
    assert "等实验室复测" in answer.text and 'class="error"' in answer.text


def test_words_that_fit_two_customers_pick_none(login, desk):
    customers.create(by=desk.seller, name="无锡恒立有限公司")
    assert login(desk.seller).post("/tickets", data=NEW | {"customer": "", "customer_text": "恒立"}).status_code == 422


def test_nobody_opens_a_ticket_for_a_customer_he_does_not_see(login, desk):
    assert login(desk.outsider).post("/tickets", data=NEW | {"customer": desk.customer.id}).status_code == 422
    assert login(desk.outsider).post("/tickets", data=NEW | {"customer_text": "恒立"}).status_code == 422
    assert login(desk.finance).post("/tickets", data=NEW | {"customer": desk.customer.id}).status_code == 403


def test_the_contacts_of_the_customer_just_picked_are_offered(login, desk):
    Contact.create(customer=desk.customer, name="张经理")
    answer = login(desk.seller).get(f"/tickets/choices?customer={desk.customer.id}", headers=PART)
    assert "张经理" in answer.text and "<html" not in answer.text
    assert "张经理" not in login(desk.outsider).get(f"/tickets/choices?customer={desk.customer.id}", headers=PART).text


# ---- its steps -------------------------------------------------------------------------------------------------------


def test_the_whole_way_from_dispatch_to_call_back(login, desk):
    manager, service = login(desk.manager), login(desk.service)
    assert post(manager, desk.ticket, "assign", to=desk.service.id).location == f"/tickets/{desk.ticket.id}"
    for step in ("check-in", "check-out", "complete"):
        assert post(service, desk.ticket, step).status_code == 303
    assert post(manager, desk.ticket, "call-back").status_code == 303
    assert fresh(desk.ticket).status == Ticket.CALLED_BACK
    assert (Visit.select().count(), CallBack.get().satisfaction) == (1, 4)
    page = service.get(f"/tickets/{desk.ticket.id}").text
    assert "换了接头" in page and desk.manager.name in page


@pytest.mark.parametrize("step", ["check-in", "check-out", "complete"])
@pytest.mark.parametrize("who", ["helper", "manager", "admin", "seller"])
def test_nobody_but_the_person_dispatched_serves(login, desk, who, step):
    dispatched(desk)
    assert post(login(getattr(desk, who)), desk.ticket, step).status_code == 403


def test_a_seller_does_not_dispatch(login, desk):
    assert post(login(desk.seller), desk.ticket, "assign", to=desk.service.id).status_code == 403
    assert login(desk.seller).get(f"/tickets/{desk.ticket.id}/assign").status_code == 403


def test_the_supervisor_calls_back_never_the_worker_nor_a_colleague(login, desk):
    completed(desk)
    head_service(desk.service)
    assert post(login(desk.service), desk.ticket, "call-back").status_code == 403
    assert "call-back" not in login(desk.service).get(f"/tickets/{desk.ticket.id}").text
    assert post(login(desk.helper), desk.ticket, "call-back").status_code == 403
    head_service(desk.helper)
    assert post(login(desk.helper), desk.ticket, "call-back").status_code == 303


def head_service(person):
    User.update(heads_department=True).where(User.id == person.id).execute()


@pytest.mark.parametrize("step", ["check-out", "call-back"])
def test_a_step_out_of_turn_is_a_409_that_says_where_the_ticket_stands(login, desk, step):
    dispatched(desk)
    browser = login(desk.service if step == "check-out" else desk.manager)
    answer = post(browser, desk.ticket, step)
    assert answer.status_code == 409
    assert desk.service.name in answer.text
    part = browser.post(f"/tickets/{desk.ticket.id}/{step}", data=STEPS[step], headers=PART)
    assert (part.status_code, 'hx-target="#toasts"' in part.text) == (409, True)


def test_of_two_dispatchers_with_the_same_page_open_the_second_is_told(login, desk):
    pages = [login(person).get(f"/tickets/{desk.ticket.id}/assign", headers=PART).text for person in (desk.manager, desk.admin)]
    seen = [re.search(r'name="seen"[^>]*value="(\d*)"', page)[1] for page in pages]
    first = post(login(desk.manager), desk.ticket, "assign", to=desk.service.id, seen=seen[0])
    second = post(login(desk.admin), desk.ticket, "assign", to=desk.helper.id, seen=seen[1])
    assert (first.status_code, second.status_code) == (303, 409)
    assert desk.service.name in second.text
    assert fresh(desk.ticket).owner == desk.service


def test_a_ticket_is_given_to_another_person_by_whoever_saw_who_had_it(login, desk):
    dispatched(desk)
    answer = post(login(desk.manager), desk.ticket, "assign", to=desk.helper.id, seen=desk.service.id)
    assert answer.status_code == 303
    assert fresh(desk.ticket).owner == desk.helper


@pytest.mark.parametrize(
    "step, wrong",
    [
        ("assign", {"to": "1"}), ("assign", {"to": "x"}), ("complete", {"resolution": " "}), ("call-back", {"satisfaction": "6"}),
        ("call-back", {"solved": ""}),
    ],
)
@pytest.mark.parametrize("headers", [{}, PART])
def test_a_wrong_form_of_a_step_comes_back_beside_its_field(login, desk, step, wrong, headers):
    if step != "assign":
        dispatched(desk)
    who = desk.service if step == "complete" else desk.manager
    answer = login(who).post(f"/tickets/{desk.ticket.id}/{step}", data=STEPS[step] | wrong, headers=headers)
    assert answer.status_code == 422
    assert f'id="{next(iter(wrong))}-error"' in answer.text
    assert ("<html" in answer.text) == (not headers)


@pytest.mark.parametrize("step, who", [("assign", "manager"), ("check-out", "service"), ("complete", "service"), ("call-back", "manager")])
def test_each_form_is_a_page_without_javascript_and_a_part_with_it(login, desk, step, who):
    dispatched(desk)
    browser, path = login(getattr(desk, who)), f"/tickets/{desk.ticket.id}/{step}"
    page, part = browser.get(path).text, browser.get(path, headers=PART).text
    assert "<html" in page and "<html" not in part
    assert f'action="{path}"' in page and f'hx-post="{path}"' in part


@pytest.mark.parametrize(
    "status, who, offered",
    [
        ("new", "manager", {"assign"}), ("new", "seller", set()), ("dispatched", "service", {"assign", "check-in", "complete"}),
        ("dispatched", "helper", {"assign"}), ("dispatched", "seller", set()), ("completed", "manager", {"call-back"}),
        ("completed", "service", set()),
    ],
)
def test_the_page_offers_only_what_this_person_may_do_now(login, desk, status, who, offered):
    {"new": lambda desk: None, "dispatched": dispatched, "completed": completed}[status](desk)
    page = login(getattr(desk, who)).get(f"/tickets/{desk.ticket.id}").text
    assert {step for step in STEPS if f"/tickets/{desk.ticket.id}/{step}" in page} == offered


def test_the_timeline_tells_the_story(login, desk):
    completed(desk)
    page = login(desk.seller).get(f"/tickets/{desk.ticket.id}").text
    assert page.count('class="entry') >= 3
    assert "ticket.dispatched" not in page and "ticket dispatched" not in page


@pytest.mark.parametrize("tab", ["facts", "related", "nonsense"])
def test_on_a_phone_each_part_of_the_page_has_an_address(login, desk, tab):
    wanted = tab if tab != "nonsense" else "stream"
    assert f'data-tab="{wanted}"' in login(desk.seller).get(f"/tickets/{desk.ticket.id}?tab={tab}").text


def test_the_desk_asks_the_same_number_of_questions_for_ten_tickets_and_for_forty(login, desk, queries):
    def asked():
        browser = login(desk.service)
        browser.get("/tickets?tab=all")
        with queries() as seen:
            browser.get("/tickets?tab=all")
        return len(seen)

    more(desk, 10)
    few = asked()
    more(desk, 30)
    assert asked() == few


def more(desk, number):
    for n in range(number):
        tickets.assign(tickets.create(desk.seller, desk.customer, f"第 {n} 张"), desk.helper, by=desk.manager)
