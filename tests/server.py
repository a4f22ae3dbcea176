"""Haitu as its users meet it: a process of its own, spoken to over HTTP. For races, kill -9 and browser tests."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|"X-CSRFToken":\s*"([^"]+)"|name="csrf-token" content="([^"]+)"')


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`python -m app` on a free port. Use as a context manager, or start(), stop() and kill() by hand."""

    def __init__(self, data, url="", module="app", **environment):
        self.data = Path(data)
        self.module = module
        self.port = free_port()
        given = {"HAITU_DATA": str(data), "HAITU_HOST": "127.0.0.1", "HAITU_PORT": str(self.port), "DATABASE_URL": url}
        self.environment = {**os.environ, **given, **environment}
        self.process = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, within=120):
        """Returns the seconds until /health answered; a busy machine is given time."""
        self.data.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        while self.health() is None:
            if self.process.poll() is not None or time.monotonic() - begun > within:
                self.kill()
                raise RuntimeError(f"the server did not start:\n{self.log()[-2000:]}")
            time.sleep(0.02)
        return time.monotonic() - begun

    def health(self):
        """What GET /health says, or None as long as nobody answers."""
        try:
            answer = Visitor(self, timeout=2).get("/health")
            return json.loads(answer.text) if answer.status == 200 else None
        except (OSError, HTTPException):
            return None

    def log(self):
        return (self.data / "server.log").read_text(errors="replace")

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        """kill -9, and whatever it had started with it."""
        self.end(signal.SIGKILL)

    def end(self, how):
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, how)
            self.process.wait(timeout=10)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def location(self):
        return self.headers.get("Location")


class Visitor:
    """A browser without a screen: one connection, its cookies, its CSRF token. One thread at a time."""

    def __init__(self, server, timeout=60):
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=timeout)
        self.cookies = {}
        self.token = ""

    def get(self, path, **headers):
        self.connection.request("GET", path, headers=self.headers(headers))
        return self.answer()

    def post(self, path, form=None, **headers):
        return self.hold_post(path, form, **headers)()

    def hold_post(self, path, form=None, **headers):
        """Send all of a request but its last byte; the callable that comes back sends that byte and returns the answer."""
        body = urlencode({"csrf_token": self.token, **(form or {})}, doseq=True).encode()
        self.connection.putrequest("POST", path)
        kind = "application/x-www-form-urlencoded"
        named = {"Content-Type": kind, "Content-Length": str(len(body)), "X-CSRFToken": self.token}
        for name, value in self.headers({**named, **headers}).items():
            self.connection.putheader(name, value)
        self.connection.endheaders()
        self.connection.send(body[:-1])

        def release():
            self.connection.send(body[-1:])
            return self.answer()

        return release

    def headers(self, more):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {name.replace("_", "-"): value for name, value in {"Cookie": cookie, **more}.items() if value}

    def answer(self):
        answer = Answer(self.connection.getresponse())
        for header in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        if found := TOKEN.search(answer.text):
            self.token = next(filter(None, found.groups()))
        return answer

    def login(self, name, password):
        """Logs in through the form; the visitor itself, so that calls chain."""
        self.get("/login")
        answer = self.post("/login", {"login": name, "password": password})
        if answer.status != 303:
            raise AssertionError(f"login of {name} answered {answer.status}: {answer.text[:300]}")
        self.get(answer.location)
        return self


def all_at_once(jobs):
    """Call every job in a thread of its own, all released by one barrier; their results in order."""
    barrier = Barrier(len(jobs))

    def run(job):
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))
