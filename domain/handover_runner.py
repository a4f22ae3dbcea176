"""The one thread that carries handovers out, and undoes them."""

from domain import handover
from domain.background import Worker

worker = Worker("handovers", handover.run)
enqueue, wait = worker.enqueue, worker.wait


def resume():
    """Go on with what a stopped process left in the middle; call it once, when the server starts."""
    for handover_id in handover.unfinished():
        enqueue(handover_id)
