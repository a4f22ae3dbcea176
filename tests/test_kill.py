"""kill -9 during writes: what was acknowledged is there, nothing is half-written, and the next start asks for nothing.

HAITU_KILLS=100 is the full number; `python -m benchmarks.kill` prints its figures.
"""

import os

from tests import killer

KILLS = int(os.environ.get("HAITU_KILLS", "10"))
START_UP = 10  # seconds, beside other tests; alone it takes one


def test_nothing_acknowledged_is_lost_to_kill_9(serve):
    report = killer.run(serve(), KILLS)
    assert all(report.acknowledged.values()), report
    assert max(report.starts) < START_UP, report
