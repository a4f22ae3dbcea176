"""The one thread that writes imports."""

from domain import imports
from domain.background import Worker

worker = Worker("imports", imports.run)
enqueue, wait = worker.enqueue, worker.wait  # enqueue(job_id, data): written as soon as those before it are done


def resume(data):
    """Go on with what a stopped process left in the middle; call it once, when the server starts."""
    for job_id in imports.unfinished():
        enqueue(job_id, data)
