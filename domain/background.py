"""Long jobs, one after the other in a thread with a database connection of its own, so that pages go on being served."""

import logging
from queue import Queue
from threading import Lock, Thread
from time import sleep

from domain import storage
from models import db

log = logging.getLogger("haitu.background")
PATIENCE = 60  # seconds until what could not be written is tried again


class Worker:
    """`job` is called with what is enqueued; it keeps its own account of what is done, so that it can be called again."""

    def __init__(self, name, job):
        self.name, self.job = name, job
        self.waiting, self.starting, self.thread = Queue(), Lock(), None

    def enqueue(self, *arguments):
        self.waiting.put(arguments)
        with self.starting:
            if self.thread is None or not self.thread.is_alive():
                self.thread = Thread(target=self.work, name=self.name, daemon=True)
                self.thread.start()

    def wait(self):
        """Return when nothing is left to do."""
        self.waiting.join()

    def work(self):
        while True:
            arguments = self.waiting.get()
            try:
                with db.connection_context():
                    self.job(*arguments)
            except Exception as error:
                log.exception("%s %s stopped", self.name, arguments)
                if storage.refuses(error):
                    sleep(PATIENCE)
                    self.waiting.put(arguments)
            finally:
                self.waiting.task_done()
