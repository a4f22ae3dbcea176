"""What every test stands on: an engine, a fresh database, the cast, and a browser whose requests are watched."""

import fcntl
import logging
import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

import models
from domain import accounts, doors, live, now, time_zone
from tests import cast as people
from tests import databases, egress, pages, postgres, world
from tests.oracle import Oracle
from tests.server import Server

ENGINE = os.environ.get("HAITU_TEST_ENGINE", "sqlite")
SERVER = "HAITU_TEST_POSTGRES"  # address of the cluster, from the process that started it to the xdist workers
SESSION_KEY = "token"
STARTS = {"empty_database": "empty", "demo_company": "demo", "one_of_each": "world"}


def pytest_configure(config):
    """The hour at which the suite runs; and once per run, before the workers, the PostgreSQL cluster."""
    if at := os.environ.get("HAITU_TEST_AT"):
        set_clock(datetime.fromisoformat(at))
    if ENGINE != "postgresql" or SERVER in os.environ:
        return
    reason = postgres.missing()
    if reason is None:
        config.cluster = postgres.Cluster().start()
        os.environ[SERVER] = config.cluster.address
    elif os.environ.get("CI") == "true":
        raise pytest.UsageError(reason)


def set_clock(at):
    """The tests run as if it were this time in UTC: HAITU_TEST_AT=2027-12-31T15:55. Whoever has imported utcnow has this one too.

    The servers that some tests start in processes of their own keep the machine's time.
    """

    def shifted(ahead):
        return datetime.now(UTC).replace(tzinfo=None) + ahead

    models.utcnow.__defaults__, models.utcnow.__code__ = (at - models.utcnow(),), shifted.__code__


def pytest_unconfigure(config):
    if cluster := getattr(config, "cluster", None):
        cluster.stop()
        del os.environ[SERVER]


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.once)
        if ENGINE == "postgresql" and SERVER not in os.environ:
            item.add_marker(pytest.mark.skip(reason=postgres.missing()))


def build_demo():
    from domain import demo

    demo.build(printed=lambda quote: b"%PDF-1.7 of " + quote.number.encode())


def build_world():
    people.build()
    world.build(people.load())


@pytest.fixture(scope="session")
def engine(worker_id):
    made = databases.SQLite() if ENGINE == "sqlite" else databases.PostgreSQL(os.environ[SERVER], worker_id)
    databases.prepare(made, {"cast": people.build, "demo": build_demo, "world": build_world})
    yield made
    made.close()


@pytest.fixture
def database(engine, request):
    """A fresh database: the cast, or what a mark of STARTS says. Whoever needs rows asks for it."""
    marks = {mark.name for mark in request.node.iter_markers()}
    databases.begin(engine, next((start for mark, start in STARTS.items() if mark in marks), "cast"))
    time_zone.cache_clear()
    live.lookout.forget()
    doors.forget()
    yield engine
    engine.end()


@pytest.fixture
def cast(database):
    """Two sellers, their manager, one of another department, finance, a service agent, one disabled, an administrator."""
    return people.load()


@pytest.fixture(scope="session")
def application(engine, tmp_path_factory):
    """Made once per worker; its data folder holds a key and nothing else."""
    from app import create_app

    os.environ["HAITU_DATA"] = str(tmp_path_factory.mktemp("data"))
    made = create_app(DATABASE_URL=engine.url, TESTING=True, NEWS_AGE=0)
    made.test_client_class = WatchedClient
    made.extensions["oracle"] = Oracle(engine)
    return made


@pytest.fixture
def app(application, database):
    return application


class WatchedClient(FlaskClient):
    """A browser without a screen. Of every request it asserts: a refusal changes nothing, looking changes nothing, and no
    other machine is spoken to while it is answered."""

    def run_wsgi_app(self, environ, buffered=False):
        oracle = self.application.extensions["oracle"]
        before, mark = oracle.look(), len(egress.heard)
        answer = super().run_wsgi_app(environ, buffered=True)
        chunks, status, headers = answer
        assert not status.startswith("500"), f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} broke; the log says why"
        assert not egress.since(mark), f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} spoke to {egress.since(mark)}"
        oracle.check(before, environ["REQUEST_METHOD"], environ["PATH_INFO"], int(status.split()[0]))
        if headers.get("Content-Type", "").startswith("text/html"):
            pages.check(environ["PATH_INFO"], b"".join(chunks).decode())
        return answer

    def carry_token(self):
        """The CSRF token that a page would have given, on every request from now on; drop_token() for tests of it."""
        with self.session_transaction() as session:
            session["csrf_token"] = "0" * 40
        signer = URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token")
        self.environ_base["HTTP_X_CSRFTOKEN"] = signer.dumps("0" * 40)
        return self

    def drop_token(self):
        del self.environ_base["HTTP_X_CSRFTOKEN"]
        return self


@pytest.fixture
def stranger(app):
    """Somebody who is not logged in."""
    return app.test_client().carry_token()


@pytest.fixture
def login(app):
    """login(cast.seller) is a browser in which that person is logged in; several can be open at once."""

    def log_in(user):
        client = app.test_client()
        token = accounts.open_session(user, address="127.0.0.1", agent="test", remember=False, at=now())
        with client.session_transaction() as session:
            session[SESSION_KEY] = token
        return client.carry_token()

    return log_in


@pytest.fixture
def queries():
    """with queries() as seen: …; seen is the list of SQL statements that ran in between."""

    @contextmanager
    def watch():
        seen, listener = [], logging.Handler()
        listener.emit = lambda record: seen.append(record.msg[0])
        log = logging.getLogger("peewee")
        level = log.level
        log.addHandler(listener)
        log.setLevel(logging.DEBUG)
        try:
            yield seen
        finally:
            log.removeHandler(listener)
            log.setLevel(level)

    return watch


@pytest.fixture(scope="module")
def serve(tmp_path_factory, worker_id):
    """serve(HAITU_DEMO="1") is Haitu in a process and a database of its own, on the engine of this run, already started; on
    SQLite from a copy of the folder `beginning`."""
    running = []

    def start(module="app", beginning=None, **environment):
        name, folder = f"server_{worker_id}_{len(running)}", tmp_path_factory.mktemp("server") / "data"
        url = postgres.create_database(os.environ[SERVER], name) if ENGINE == "postgresql" else ""
        if beginning:
            shutil.copytree(beginning, folder)
        running.append(Server(folder, url, module, **environment))
        running[-1].start()
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def founded(tmp_path_factory, worker_id):
    """The folder of a demo company just founded, the same for all workers: building it takes longer than most tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "founded"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = tmp_path_factory.mktemp("demo")
            with Server(unfinished, HAITU_DEMO="1"):
                pass
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="module")
def server(serve, request):
    """A demo company of its own for every module."""
    return serve(HAITU_DEMO="1", beginning=request.getfixturevalue("founded") if ENGINE == "sqlite" else None)
