"""Merging on the screen: who may, what is shown, what is answered, and the way from the one that is no more."""

import pytest

from domain import customers, leads, merging
from models import Customer, Lead, Merge

OK, SEE_OTHER, FORBIDDEN, NOT_FOUND, CONFLICT = 200, 303, 403, 404, 409


@pytest.fixture
def two(cast):
    return [customers.create(cast.seller, name=name, phone=phone) for name, phone in (("甲公司", "13800000001"), ("乙公司", "13800000002"))]


def address(winner, loser=None):
    return f"/customers/{winner.id}/merge" + (f"?other={loser.id}" if loser else "")


def test_the_two_stand_side_by_side_and_the_button_names_what_comes_of_it(login, cast, two):
    shown = login(cast.seller).get(address(*two) + "&pick_name=loser").text
    assert "13800000001" in shown and "13800000002" in shown and "合并为 乙公司" in shown


def test_what_is_chosen_is_merged_and_the_message_takes_it_back(login, cast, two):
    browser, (winner, loser) = login(cast.seller), two
    mark = merging.preview(*[Customer.get_by_id(one.id) for one in two], by=cast.seller).mark
    answer = browser.post(address(winner), data={"other": loser.id, "mark": mark, "pick_phone": "loser", "pick_owner": "loser"})
    assert answer.status_code == SEE_OTHER
    assert Customer.get_by_id(winner.id).phone == "13800000002"
    assert f"/merges/{Merge.get().id}/undo" in browser.get(answer.location).text
    assert browser.post(f"/merges/{Merge.get().id}/undo").status_code == SEE_OTHER
    assert Customer.get_by_id(winner.id).phone == "13800000001"


def test_a_page_that_is_no_longer_true_merges_nothing(login, cast, two):
    winner, loser = two
    assert login(cast.seller).post(address(winner), data={"other": loser.id, "mark": "old"}).status_code == CONFLICT


def test_who_merges_with_what_is_a_part_of_another_already_is_told(login, cast, two):
    third = customers.create(cast.seller, name="丙公司")
    merging.merge(third, two[1], by=cast.seller)
    answer = login(cast.seller).post(address(two[0]), data={"other": two[1].id}, headers={"HX-Request": "true"})
    assert answer.status_code == CONFLICT and "另一条记录已不在" in answer.text


def test_two_owners_records_are_a_managers_to_merge(login, cast, two):
    rivals = customers.create(cast.rival, name="丙公司")
    assert login(cast.seller).get(address(two[0], rivals)).status_code == OK  # not seen: the choice again
    assert "丙公司" not in login(cast.seller).get(address(two[0], rivals)).text
    assert login(cast.manager).get(address(two[0], rivals)).status_code == OK
    assert login(cast.outsider).get(address(two[0])).status_code == NOT_FOUND
    assert login(cast.finance).get(address(two[0])).status_code == FORBIDDEN


def test_the_page_of_the_one_that_is_no_more_leads_to_what_it_is_a_part_of(login, cast, two):
    winner, loser = two
    merging.merge(winner, loser, by=cast.seller)
    for person in (cast.admin, cast.manager, cast.seller):
        assert login(person).get(f"/customers/{loser.id}").location == f"/customers/{winner.id}"
    assert login(cast.outsider).get(f"/customers/{loser.id}").status_code == NOT_FOUND


def test_it_is_in_no_page_that_lists_searches_or_offers(login, cast, two):
    winner, loser = two
    merging.merge(winner, loser, by=cast.seller)
    for person in (cast.admin, cast.seller):
        browser = login(person)
        for path in ("/customers?tab=all", "/customers/options?q=乙公司", "/search?q=乙公司", f"/customers/{winner.id}/merge?q=乙公司"):
            assert f"/{loser.id}\"" not in browser.get(path).text and f'data-value="{loser.id}"' not in browser.get(path).text


def test_leads_are_compared_from_the_warning(login, cast):
    winner, loser = (leads.create(cast.seller, name="常州恒力机械有限公司") for _n in range(2))
    browser = login(cast.seller)
    assert f"/leads/{winner.id}/merge?other={loser.id}" in browser.get(f"/leads/{winner.id}").text
    merging.merge(winner, loser, by=cast.seller)
    assert browser.get(f"/leads/{loser.id}").location == f"/leads/{winner.id}"
    assert Lead.get_by_id(loser.id).owner is None


def test_the_list_shows_a_manager_what_was_merged_into_what_he_sees(login, cast, two):
    merging.merge(*two, by=cast.seller)
    assert "乙公司" in login(cast.manager).get("/merges").text
    assert login(cast.seller).get("/merges").status_code == FORBIDDEN
