"""Haitu over a database of so many leads, asked in process through WSGI: no network, no second process, nothing left out."""

import os
import shutil
from io import BytesIO

from werkzeug.test import EnvironBuilder

from benchmarks.seed import CACHE, database_of
from domain import accounts, now, schema
from models import User, db

RUN = CACHE / "run"


def application():
    """The app as `make run` makes it, its data folder beside the databases."""
    from app import create_app

    RUN.mkdir(parents=True, exist_ok=True)
    os.environ["HAITU_DATA"] = str(RUN)
    app = create_app(TESTING=True)
    db.close()
    return app


class Place:
    """One database to write into, a copy of the cached one, and the people who look at it."""

    def __init__(self, app, leads, say):
        self.app, self.leads = app, leads
        self.path = RUN / f"{leads}.db"
        for left in RUN.glob(f"{leads}.db*"):
            left.unlink()  # of a run that was broken off
        shutil.copyfile(database_of(leads, say), self.path)
        self.database = schema.sqlite(f"sqlite:///{self.path}", None)
        self.environments = {}

    def enter(self):
        """From now on everything happens here."""
        db.initialize(self.database)
        db.connect(reuse_if_open=True)

    def leave(self):
        self.database.close()

    def discard(self):
        self.leave()
        for written in RUN.glob(f"{self.leads}.db*"):
            written.unlink()

    def one(self, sql, *parameters):
        return db.execute_sql(sql, parameters).fetchone()

    def user(self, login):
        return User.get(User.login == login)

    def visit(self, login, path, part=False):
        """The body of a page, or of the part of it that htmx asks for; anything but 200 is an error."""
        environment = self.environment(login, path, part) | {"wsgi.input": BytesIO()}
        answers = []
        parts = self.app.wsgi_app(environment, lambda status, headers, info=None: answers.append(status))
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        if not answers[0].startswith("200"):
            raise RuntimeError(f"{path} answered {answers[0]}")
        return body

    def environment(self, login, path, part):
        if (login, path, part) not in self.environments:
            headers = {"Cookie": self.cookie(login), "Accept-Language": "zh-CN"}
            if part:
                headers |= {"HX-Request": "true", "HX-Request-Type": "partial"}
            self.environments[login, path, part] = EnvironBuilder(path=path, headers=headers).get_environ()
        return self.environments[login, path, part]

    def cookie(self, login):
        token = accounts.open_session(self.user(login), address="127.0.0.1", agent="bench", remember=True, at=now())
        browser = self.app.test_client()
        with browser.session_transaction() as session:
            session["token"] = token
        name = self.app.config["SESSION_COOKIE_NAME"]
        return f"{name}={browser.get_cookie(name).value}"
