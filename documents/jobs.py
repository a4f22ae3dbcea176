"""Documents that somebody waits for: a short queue before the renderer, so that no request waits long and none is forgotten."""

import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from secrets import token_urlsafe

from documents.printer import RenderingFailed

MOST_WAITING = 12
MOST_KEPT = 24  # finished documents, until they are fetched
KEPT_FOR = 600  # seconds


@dataclass(eq=False)
class PrintJob:
    """One document on its way: `pdf` when it is made, `failed` with a reason of RenderingFailed when it could not be."""

    html: str
    name: str
    owner: int
    back: str = ""
    token: str = field(default_factory=lambda: token_urlsafe(24))
    made_at: float = field(default_factory=time.monotonic)
    pdf: bytes | None = None
    failed: str = ""
    done: threading.Event = field(default_factory=threading.Event)


class PrintJobs:
    """One thread feeds the renderer. Jobs live in memory: after a restart one presses the button again."""

    def __init__(self, printer, most_waiting=MOST_WAITING):
        self.printer = printer
        self.most_waiting = most_waiting
        self._waiting = deque()
        self._jobs = OrderedDict()
        self._change = threading.Condition()
        self._worker = None

    def add(self, html, name, owner, back=""):
        """A PrintJob at the end of the queue. Raises RenderingFailed("full") where that is too long already."""
        with self._change:
            if len(self._waiting) >= self.most_waiting:
                raise RenderingFailed("full")
            job = PrintJob(html, name, owner, back)
            self._forget_old()
            self._jobs[job.token] = job
            self._waiting.append(job)
            self._ensure_worker()
            self._change.notify()
        return job

    def get(self, token, owner):
        """The job of this token, of whoever asked for it and of nobody else; None without one."""
        with self._change:
            job = self._jobs.get(token)
        return job if job and job.owner == owner else None

    def ahead_of(self, job):
        """How many are printed before it."""
        with self._change:
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def _ensure_worker(self):
        if not (self._worker and self._worker.is_alive()):
            self._worker = threading.Thread(target=self._work, name="print-jobs", daemon=True)
            self._worker.start()

    def _work(self):
        while True:
            with self._change:
                while not self._waiting:
                    self._change.wait()
                job = self._waiting.popleft()
            try:
                job.pdf = self.printer.pdf(job.html)
            except RenderingFailed as error:
                job.failed = error.reason
            job.html = ""
            job.done.set()

    def _forget_old(self):
        """What nobody fetched in time, and the oldest where too many are kept; never one that still waits."""
        horizon = time.monotonic() - KEPT_FOR
        finished = [job for job in self._jobs.values() if job.done.is_set()]
        too_many = len(finished) - MOST_KEPT
        for number, job in enumerate(finished):
            if number < too_many or job.made_at < horizon:
                del self._jobs[job.token]
