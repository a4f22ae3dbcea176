"""kill -9 during writes over HTTP, 100 times or as often as said: `python -m benchmarks.kill [cycles]`."""

import sys
import tempfile

from tests import killer
from tests.server import Server

CYCLES = 100
START_UP = 3  # seconds; the promise


def measure(cycles=CYCLES, url=""):
    """The Report of so many kills on a fresh database: SQLite in a temporary folder, or the empty one at `url`."""
    with tempfile.TemporaryDirectory(prefix="haitu-kill-") as folder, Server(folder, url) as server:
        return killer.run(server, cycles)


if __name__ == "__main__":
    report = measure(int(sys.argv[1]) if len(sys.argv) > 1 else CYCLES)
    print(report)
    sys.exit(max(report.starts) > START_UP)
