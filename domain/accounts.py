"""Who is who: passwords, sessions, throttled logins, people who come and go."""

import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from zxcvbn import zxcvbn

from domain import Refused, _, events, lately, now, storage, transaction
from domain.days import clock
from domain.identifiers import plain_phone
from models import LoginFailure, Role, Session, User

IDLE, LONGEST = timedelta(hours=2), timedelta(hours=12)
IDLE_REMEMBERED, LONGEST_REMEMBERED = timedelta(days=7), timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)
WINDOW = timedelta(minutes=15)
TRIES_PER_LOGIN, TRIES_PER_ADDRESS = 10, 50
SHORTEST_PASSWORD, LONGEST_PASSWORD, WEAK = 8, 128, 2

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODY = hasher.hash(secrets.token_hex(16))  # verified for unknown logins, so that they take as long as known ones


def log_in(login, password, address="", agent="", remember=False, at=None):
    """The token of a new session; Refused after wrong words, or too many of them."""
    at = at or now()
    with transaction():  # counted before it is judged: guesses sent at the same moment are not free
        ensure_not_throttled(login, address, at)
        attempt = LoginFailure.create(login=spelled(login), address=address, at=at)
    user = find(login)
    if not matches(user, password) or not user.active:
        raise Refused(_("The account or the password is wrong."), tries_left=tries_left(login, address, at))
    with transaction():
        LoginFailure.delete().where((LoginFailure.id == attempt.id) | (LoginFailure.login == spelled(login))).execute()
        refresh_hash(user, password)
        return admit(user, address, agent, remember, at)


def admit(user, address="", agent="", remember=False, at=None):
    """The token of a new session for somebody who has just proved who he is."""
    at = at or now()
    with transaction():
        events.record("user.logged_in", user, by=user, at=at, address=address)
        return open_session(user, address, agent, remember, at)


def find(login):
    """By login name, mobile number or e-mail."""
    word = spelled(login)
    return User.get_or_none((User.login == word) | (User.email == word) | User.phone.in_((word, plain_phone(word))))


def spelled(login):
    return (login or "").strip().casefold()[:200]


def matches(user, password):
    try:
        hasher.verify(user.password_hash if user else NOBODY, password or "")
    except VerificationError:
        return False
    return user is not None


def refresh_hash(user, password):
    if hasher.check_needs_rehash(user.password_hash):
        user.password_hash = hasher.hash(password)
        user.save(only=["password_hash"])


def ensure_not_throttled(login, address, at):
    """So many wrong words per account and per address in a quarter of an hour, and no more."""
    for failures, limit in ((of_login(login, address), TRIES_PER_LOGIN), (of_address(address), TRIES_PER_ADDRESS)):
        recent = list(failures.where(lately(LoginFailure.at, at, WINDOW)).order_by(LoginFailure.at.desc()).limit(limit))
        if len(recent) == limit:
            until = recent[-1].at + WINDOW
            raise Refused(_("Too many tries. Try again after %(time)s.", time=clock(until)), until=until)


def of_login(login, address):
    """The failures that count against this account. Where its person is at home already, only those from there:
    otherwise whoever goes on guessing elsewhere could keep him out for ever."""
    failures = LoginFailure.select().where(LoginFailure.login == spelled(login))
    user = find(login)
    at_home = Session.select().where(Session.user == (user.id if user else 0), Session.address == address)
    return failures.where(LoginFailure.address == address) if at_home.exists() else failures


def of_address(address):
    return LoginFailure.select().where(LoginFailure.address == address)


def tries_left(login, address, at):
    return max(TRIES_PER_LOGIN - of_login(login, address).where(lately(LoginFailure.at, at, WINDOW)).count(), 0)


def open_session(user, address, agent, remember, at):
    token = secrets.token_urlsafe(32)
    Session.create(
        token_hash=digest(token),
        user=user,
        created_at=at,
        last_seen_at=at,
        expires_at=at + (LONGEST_REMEMBERED if remember else LONGEST),
        remembered=remember,
        address=address,
        agent=agent[:200],
    )
    return token


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


def session_of(token, at=None):
    """The living session of a cookie's token, with its user and department, which goes on living by that. One that comes from
    the future, since the machine's clock was set back, has from now on no more time than any other."""
    at = at or now()
    session = living(token, at)
    if session and abs(at - session.last_seen_at) >= SEEN_EVERY:
        longest = at + (LONGEST_REMEMBERED if session.remembered else LONGEST)
        with storage.in_passing():
            Session.update(last_seen_at=at, expires_at=min(session.expires_at, longest)).where(Session.id == session.id).execute()
    return session


def living(token, at):
    """The session of a cookie's token; None when it has ended in any way."""
    session = Session.of(digest(token))
    if session is None or not session.user.active or at >= session.expires_at:
        return None
    if at - session.last_seen_at >= (IDLE_REMEMBERED if session.remembered else IDLE):
        return None
    return session


def log_out(session, by):
    with transaction():
        session.delete_instance()
        events.record("user.logged_out", by, by=by)


def end_sessions(user, by, keep=None):
    """Log this person out everywhere, but for the session `keep`."""
    with transaction():
        Session.delete().where(Session.user == user, Session.id != (keep.id if keep else 0)).execute()
        events.record("user.sessions_ended", user, by=by)


def complaint_about(password, user_words=()):
    """A sentence about a password that will not do, or None."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return _("8 to 128 characters, please.")
    if zxcvbn(password[:72], user_inputs=[word for word in user_words if word])["score"] < WEAK:
        return _("This password is among the first anyone would guess. A short sentence is better.")
    return None


def change_password(user, old, new, session=None):
    """Set one's own password; every other session ends."""
    if not matches(user, old):
        raise Refused(_("The present password is wrong."), field="old")
    set_password(user, new, by=user, keep=session)


def reset_password(user, new, by):
    """Give a colleague a new password. One's own needs the present one: a session left open must not be enough."""
    if user.id == by.id:
        raise Refused(_("Change your own password in your profile."))
    set_password(user, new, by)


def set_password(user, new, by, keep=None):
    complaint = complaint_about(new, (user.login, user.name, user.phone, user.email))
    if complaint:
        raise Refused(complaint, field="new")
    with transaction():
        user.password_hash = hasher.hash(new)
        user.save(only=["password_hash"])
        Session.delete().where(Session.user == user, Session.id != (keep.id if keep else 0)).execute()
        events.record("user.password_changed", user, by=by)


def set_password_from_console(login, new):
    user = find(login)
    if user is None:
        raise Refused(_("There is no account %(login)s.", login=login))
    set_password(user, new, by=None)


def create_user(by, password, **columns):
    """A new colleague. Refused when the login, the phone or the e-mail is somebody's already."""
    columns = normalised(columns)
    complaint = complaint_about(password, (columns["login"], columns["name"]))
    if complaint:
        raise Refused(complaint, field="password")
    password_hash = hasher.hash(password)
    with transaction():
        ensure_unused(columns)
        ensure_role(columns["role"])
        user = User.create(password_hash=password_hash, **columns)
        events.record("user.created", user, by=by or user, after={"name": user.name, "role": user.role})
    return user


def edit_user(user, by, **columns):
    """Change role, scope, department …; a changed role or scope ends the person's sessions."""
    columns = normalised(columns)
    before, after = events.changes(user, **columns)
    if not after:
        return
    with transaction():
        ensure_unused(columns, except_for=user)
        if "role" in after:
            ensure_role(after["role"])
            if user.role == User.ADMINISTRATOR:
                ensure_another_administrator(user)
        User.update(**after).where(User.id == user.id).execute()
        if {"role", "data_scope"} & set(after):
            Session.delete().where(Session.user == user).execute()
        events.record("user.edited", user, by=by, before=before, after=after)


def normalised(columns):
    """Logins are compared without case; an empty phone or e-mail is none."""
    columns = dict(columns)
    for name in ("login", "email", "phone"):
        if name in columns:
            columns[name] = spelled(columns[name]) or None
    return columns


def ensure_unused(columns, except_for=None):
    others = User.id != (except_for.id if except_for else 0)
    for name in ("login", "email", "phone"):
        word = columns.get(name)
        if word and User.select().where(others, (User.login == word) | (User.email == word) | (User.phone == word)).exists():
            raise Refused(_("%(word)s belongs to another account.", word=word), field=name)


def ensure_role(key):
    """Asked where it is given: it may just have been removed."""
    if not Role.select().where(Role.key == key).exists():
        raise Refused(_("This role is no longer there. Choose another one."), field="role")


def disable(user, by, at=None):
    """The person cannot log in any more, from the next request on. Nothing of theirs is deleted."""
    if user.id == by.id:
        raise Refused(_("You cannot disable yourself."))
    with transaction():
        if user.role == User.ADMINISTRATOR:
            ensure_another_administrator(user)
        User.update(disabled_at=at or now()).where(User.id == user.id).execute()
        Session.delete().where(Session.user == user).execute()
        events.record("user.disabled", user, by=by)


def enable(user, by):
    with transaction():
        User.update(disabled_at=None).where(User.id == user.id).execute()
        events.record("user.enabled", user, by=by)


def ensure_another_administrator(user):
    rest = User.select().where(User.role == User.ADMINISTRATOR, User.disabled_at.is_null(), User.id != user.id)
    if not rest.exists():
        raise Refused(_("The last administrator stays."))


def forget_old_rows(at=None):
    """Housekeeping: sessions past their end, failures past their window."""
    at = at or now()
    Session.delete().where(Session.expires_at < at).execute()
    LoginFailure.delete().where(~lately(LoginFailure.at, at, WINDOW)).execute()


def set_preference(user, **columns):
    """Language, theme or shortcuts of one's own: a matter of taste, not of audit."""
    User.update(**columns).where(User.id == user.id).execute()


def replace_session(session):
    """A new token for the same browser, after its owner proved who he is."""
    token = secrets.token_urlsafe(32)
    Session.update(token_hash=digest(token)).where(Session.id == session.id).execute()
    return token
