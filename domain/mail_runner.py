"""The one thread that delivers mails."""

from domain import outbox
from domain.background import Worker

worker = Worker("mails", outbox.deliver)
enqueue, wait = worker.enqueue, worker.wait  # enqueue(mail_id, smtp_url): delivered as soon as those before it are


def resume(smtp_url):
    """What is due, and what a stopped process left in the middle: at the start of the server, then every minute."""
    for mail_id in outbox.due():
        enqueue(mail_id, smtp_url)
