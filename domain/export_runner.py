"""The one thread that writes large exports."""

from domain import exports
from domain.background import Worker

worker = Worker("exports", exports.run)
enqueue, wait = worker.enqueue, worker.wait  # enqueue(job_id, data): written as soon as those before it are done


def resume(data):
    """Begin again with what a stopped process left in the middle; call it once, when the server starts."""
    for job_id in exports.unfinished():
        enqueue(job_id, data)
