"""A crowd at the door of a running Haitu: its rows from outside, and people whose browsers are logged in already."""

from contextlib import contextmanager
from itertools import count
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from domain import accounts, now, schema, time_zone
from models import User, db
from tests.server import Visitor, all_at_once

NUMBERS = count(1)


@contextmanager
def rows_of(server):
    """The models stand on this server's database, to arrange things before a test and to look at them after it."""
    before = db.obj
    schema.connect(server.environment["DATABASE_URL"], server.data)
    time_zone.cache_clear()
    try:
        with db.connection_context():
            yield
    finally:
        db.initialize(before)
        time_zone.cache_clear()


def hire(number, like):
    """So many people of the same role, scope and department as somebody of the cast. Nobody can log in by a password."""
    columns = {name: like.__data__[name] for name in ("role", "data_scope", "department")}
    names = [f"{like.name}{next(NUMBERS)}" for _turn in range(number)]
    return [User.create(name=name, login=name, password_hash="-", **columns) for name in names]


def browsers(server, people, each=1):
    """`each` logged-in browsers of everybody, person after person and then round again."""
    return [browser(server, person) for _turn in range(each) for person in people]


def browser(server, person):
    """A browser that carries this person's session, and the CSRF token of a page he has open."""
    token = accounts.open_session(person, address="127.0.0.1", agent="test", remember=False, at=now())
    visitor = Visitor(server)
    visitor.person = person
    visitor.cookies["haitu"] = signed(server, {"token": token})
    if visitor.get("/profile").status != 200:
        raise AssertionError(f"{person.name} is not let in")
    return visitor


def signed(server, session):
    """A session cookie as Flask signs it, with the key of this server."""
    app = Flask("signer")
    app.secret_key = (Path(server.data) / "secret_key").read_text().strip()
    return SecureCookieSessionInterface().get_signing_serializer(app).dumps(session)


def race(visitors, paths, form=None, **headers):
    """Everybody posts at the same moment: the last byte of each is held back until all have come. Answers in order."""
    paths = [paths] * len(visitors) if isinstance(paths, str) else paths
    forms = form if isinstance(form, list) else [form] * len(visitors)
    return all_at_once([one.hold_post(path, each, **headers) for one, path, each in zip(visitors, paths, forms, strict=True)])
