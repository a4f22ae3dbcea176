"""The one thread that writes imports, with a database connection of its own, so that pages go on being served."""

from queue import Queue
from threading import Lock, Thread

from domain import imports
from models import db

waiting = Queue()
starting = Lock()
thread = None


def enqueue(job_id, data):
    """Have an import written as soon as those before it are done."""
    waiting.put((job_id, data))
    ensure_running()


def resume(data):
    """Go on with what a stopped process left in the middle; call it once, when the server starts."""
    for job_id in imports.unfinished():
        enqueue(job_id, data)


def wait():
    """Return when nothing is left to write."""
    waiting.join()


def ensure_running():
    global thread
    with starting:
        if thread is None or not thread.is_alive():
            thread = Thread(target=work, name="imports", daemon=True)
            thread.start()


def work():
    while True:
        job_id, data = waiting.get()
        try:
            with db.connection_context():
                imports.run(job_id, data)
        finally:
            waiting.task_done()
