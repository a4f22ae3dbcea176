"""Long jobs in a thread: what met a full disk is tried again, what is wrong in itself is not."""

import errno

import pytest

from domain import background


@pytest.mark.parametrize(("error", "tries"), [(OSError(errno.ENOSPC, "No space left on device"), 3), (ValueError("wrong in itself"), 1)])
def test_only_what_met_a_full_disk_is_tried_again(database, monkeypatch, error, tries):
    monkeypatch.setattr(background, "PATIENCE", 0)
    begun = []

    def job(number):
        begun.append(number)
        if len(begun) < 3:
            raise error

    worker = background.Worker("work", job)
    worker.enqueue(7)
    worker.wait()
    assert begun == [7] * tries
