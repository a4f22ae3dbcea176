"""Who is let in, for how long, and what ends it."""

from datetime import timedelta

import pytest
from argon2 import extract_parameters

from domain import Refused, accounts, now
from models import Event, LoginFailure, Session, User
from tests.cast import PASSWORD
from tests.server import all_at_once

HERE, THERE = "10.0.0.1", "10.0.0.2"
NOON = now().replace(hour=4, minute=0, second=0, microsecond=0)


def logged_in(user, at=NOON, **how):
    return accounts.log_in(user.login, PASSWORD, HERE, "test", at=at, **how)


def guess(login, number=1, address=HERE, at=NOON):
    for _n in range(number):
        with pytest.raises(Refused) as refusal:
            accounts.log_in(login, "not this one", address, at=at)
    return refusal.value


# ---- passwords -------------------------------------------------------------------------------------------------------


def test_every_password_is_kept_as_argon2id_of_the_recommended_strength(cast):
    for user in User.select():
        kept = extract_parameters(user.password_hash)
        assert user.password_hash.startswith("$argon2id$")
        assert (kept.time_cost, kept.parallelism) == (2, 1)
        assert kept.memory_cost >= 19_456


def test_a_hash_of_older_parameters_is_renewed_at_login(cast):
    weak = accounts.PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1)
    User.update(password_hash=weak.hash(PASSWORD)).where(User.id == cast.seller.id).execute()
    logged_in(cast.seller)
    assert extract_parameters(User.get_by_id(cast.seller.id).password_hash).memory_cost == 19_456


LONG = "the ferry to Zhoushan leaves at seven and nobody on the quay has ever seen it come back on the same day"


@pytest.mark.parametrize("password", ["沿着海岸线走三天就到了", "🙂 green maps 🙂 two", "a" * 10 + " blue ferries", LONG])
def test_blanks_chinese_emoji_and_long_passwords_are_accepted(password):
    assert accounts.complaint_about(password) is None


@pytest.mark.parametrize("password", ["", "seven77", "12345678", "password", "qwertyuiop", "x" * 129])
def test_short_common_and_endless_passwords_are_refused(password):
    assert accounts.complaint_about(password)


def test_ones_own_name_is_no_password():
    assert accounts.complaint_about("zhaoxingzheng", ("zhaoxingzheng",))


def test_the_last_character_of_a_long_password_matters(cast):
    accounts.set_password(cast.seller, "seven green maps " * 6 + "x", by=cast.admin)
    with pytest.raises(Refused):
        accounts.log_in("seller", "seven green maps " * 6 + "y", at=NOON)


# ---- logging in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["seller", " SELLER ", "sun@maps.example", "13812905678", "138 1290 5678", "+86 13812905678"])
def test_one_logs_in_by_name_mail_or_mobile_number(cast, word):
    User.update(email="sun@maps.example", phone="13812905678").where(User.id == cast.seller.id).execute()
    assert accounts.log_in(word, PASSWORD, at=NOON)


def test_nobody_can_tell_an_unknown_account_from_a_wrong_password_or_a_disabled_person(cast):
    unknown, wrong = guess("nobody"), guess("seller")
    with pytest.raises(Refused) as disabled:
        accounts.log_in("disabled", PASSWORD, HERE, at=NOON)
    assert unknown.message == wrong.message == disabled.value.message
    assert unknown.facts == wrong.facts == disabled.value.facts


def test_an_unknown_account_costs_what_a_known_one_costs(cast, monkeypatch, queries):
    """Hashes computed, how long each takes by its parameters, and statements."""
    hashed, verify = [], accounts.hasher.verify

    class Counting:
        @staticmethod
        def verify(known, given):
            hashed.append(extract_parameters(known))
            return verify(known, given)

    monkeypatch.setattr(accounts, "hasher", Counting)
    costs = []
    for login in ("seller", "nobody", "disabled"):
        with queries() as seen:
            guess(login)
        costs.append((len(seen), hashed.pop(), len(hashed)))
    assert costs == [costs[0]] * 3 and costs[0][2] == 0


def test_ten_wrong_words_close_an_account_for_a_quarter_of_an_hour(cast):
    guess("seller", 10)
    with pytest.raises(Refused) as refusal:
        logged_in(cast.seller)
    assert refusal.value.facts["until"] == NOON + accounts.WINDOW
    assert logged_in(cast.seller, at=NOON + accounts.WINDOW + timedelta(seconds=1))


def test_the_time_until_which_one_waits_is_the_companys(cast):
    guess("seller", 10)
    assert "12:15" in guess("seller").message


def test_another_account_stays_open_until_the_address_has_guessed_too_much(cast):
    guess("seller", 10)
    assert logged_in(cast.rival)
    for n in range(4):
        guess(f"nobody{n}", 10)
    with pytest.raises(Refused) as refusal:
        logged_in(cast.rival)
    assert "until" in refusal.value.facts
    assert accounts.log_in("rival", PASSWORD, THERE, at=NOON)


def test_whoever_is_logged_in_somewhere_is_not_locked_out_by_anothers_guesses(cast):
    logged_in(cast.seller)
    guess("seller", 10, THERE)
    assert "until" in guess("seller", 1, THERE).facts
    assert logged_in(cast.seller)


def test_a_login_forgets_the_wrong_words_before_it(cast):
    guess("seller", 9)
    logged_in(cast.seller)
    assert guess("seller").facts["tries_left"] == 9


def test_the_wrong_words_survive_a_restart(cast):
    guess("seller", 3)
    assert LoginFailure.select().count() == 3


def test_guesses_sent_at_the_same_moment_are_counted_one_by_one(cast):
    def one_guess():
        try:
            accounts.log_in("seller", "not this one", HERE, at=NOON)
        except Refused as no:
            return "tries_left" in no.facts
        finally:
            accounts.User._meta.database.close()

    assert sum(all_at_once([one_guess] * 16)) == accounts.TRIES_PER_LOGIN


# ---- sessions --------------------------------------------------------------------------------------------------------


def alive(token, at=NOON):
    return accounts.session_of(token, at) is not None


def test_a_token_is_long_random_and_kept_only_as_its_hash(cast):
    tokens = {logged_in(cast.seller) for _n in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 43
    assert not tokens & {session.token_hash for session in Session.select()}


def test_a_session_ends_two_hours_after_the_last_visit(cast):
    token = logged_in(cast.seller)
    assert alive(token, NOON + timedelta(minutes=119))
    assert alive(token, NOON + timedelta(minutes=237))
    assert not alive(token, NOON + timedelta(minutes=237) + accounts.IDLE)


def test_a_session_ends_after_twelve_hours_however_busy(cast):
    token = logged_in(cast.seller)
    for hour in range(1, 12):
        assert alive(token, NOON + timedelta(hours=hour))
    assert not alive(token, NOON + accounts.LONGEST)


def test_whoever_asks_to_be_remembered_stays_for_thirty_days_at_the_most(cast):
    token = logged_in(cast.seller, remember=True)
    for days in range(6, 30, 6):
        assert alive(token, NOON + timedelta(days=days))
    assert not alive(token, NOON + timedelta(days=30))


def test_a_remembered_session_that_nobody_used_for_a_week_is_over(cast):
    assert not alive(logged_in(cast.seller, remember=True), NOON + timedelta(days=7))


def test_logging_out_ends_the_session_for_whoever_copied_the_cookie(cast):
    token = logged_in(cast.seller)
    accounts.log_out(accounts.session_of(token, NOON), by=cast.seller)
    assert not alive(token)


@pytest.mark.parametrize(
    "act",
    [
        lambda cast: accounts.disable(cast.seller, by=cast.admin),
        lambda cast: accounts.reset_password(cast.seller, "eight blue ferries", by=cast.admin),
        lambda cast: accounts.edit_user(cast.seller, by=cast.admin, role=User.FINANCE),
        lambda cast: accounts.edit_user(cast.seller, by=cast.admin, data_scope="all"),
        lambda cast: accounts.end_sessions(cast.seller, by=cast.admin),
    ],
    ids=["disabled", "new password", "other role", "other scope", "ended"],
)
def test_what_changes_a_persons_rights_ends_all_sessions_at_once(cast, act):
    tokens = logged_in(cast.seller), logged_in(cast.seller)
    rivals = logged_in(cast.rival)
    act(cast)
    assert not any(map(alive, tokens))
    assert alive(rivals)


def test_changing_ones_own_password_ends_the_other_sessions_only(cast):
    here, elsewhere = logged_in(cast.seller), logged_in(cast.seller)
    accounts.change_password(cast.seller, PASSWORD, "eight blue ferries", accounts.session_of(here, NOON))
    assert alive(here)
    assert not alive(elsewhere)


def test_ones_own_password_changes_only_with_the_present_one(cast):
    with pytest.raises(Refused):
        accounts.change_password(cast.seller, "not this one", "eight blue ferries")
    with pytest.raises(Refused):
        accounts.reset_password(cast.admin, "eight blue ferries", by=cast.admin)


def test_a_changed_job_title_ends_nothing(cast):
    token = logged_in(cast.seller)
    accounts.edit_user(cast.seller, by=cast.admin, title="销售工程师")
    assert alive(token)


# ---- people ----------------------------------------------------------------------------------------------------------


def test_the_last_administrator_stays(cast):
    with pytest.raises(Refused):
        accounts.edit_user(cast.admin, by=cast.admin, role=User.SELLER)
    accounts.edit_user(cast.manager, by=cast.admin, role=User.ADMINISTRATOR)
    accounts.disable(cast.admin, by=cast.manager)
    with pytest.raises(Refused):
        accounts.edit_user(User.get_by_id(cast.manager.id), by=cast.manager, role=User.MANAGER)


def test_nobody_disables_himself(cast):
    accounts.edit_user(cast.manager, by=cast.admin, role=User.ADMINISTRATOR)
    with pytest.raises(Refused):
        accounts.disable(cast.admin, by=cast.admin)


def test_two_administrators_who_disable_each_other_leave_one(cast):
    accounts.edit_user(cast.manager, by=cast.admin, role=User.ADMINISTRATOR)
    first, second = cast.admin, User.get_by_id(cast.manager.id)

    def disable(whom, by):
        try:
            accounts.disable(whom, by)
        except Refused:
            pass
        finally:
            User._meta.database.close()

    all_at_once([lambda: disable(first, second), lambda: disable(second, first)])
    assert User.select().where(User.role == User.ADMINISTRATOR, User.disabled_at.is_null()).count() == 1


@pytest.mark.parametrize("columns", [{"login": "RIVAL"}, {"email": "rival"}, {"login": "13812905678"}, {"phone": "13812905678"}])
def test_no_two_people_share_a_word_to_log_in_with(cast, columns):
    User.update(phone="13812905678").where(User.id == cast.rival.id).execute()
    with pytest.raises(Refused):
        accounts.edit_user(cast.seller, by=cast.admin, **columns)


def test_the_audit_knows_of_a_new_password_but_not_the_password(cast):
    accounts.reset_password(cast.seller, "eight blue ferries", by=cast.admin)
    event = Event.select().order_by(Event.id.desc()).first()
    assert (event.verb, event.record_id, event.actor) == ("user.password_changed", cast.seller.id, cast.admin)
    assert "ferries" not in str(event.__data__)
    assert "argon2" not in str(event.__data__)


def test_old_sessions_and_failures_are_swept_away(cast):
    logged_in(cast.seller)
    guess("rival")
    accounts.forget_old_rows(NOON + timedelta(days=1))
    assert Session.select().count() == LoginFailure.select().count() == 0
