#!/bin/sh
# The whole suite, on SQLite and then again on PostgreSQL; browser tests and those of the source text once.
set -eu
cd "$(dirname "$0")/.."
sh tools/check.sh
pytest=".venv/bin/python -m pytest -q -n 2 --dist worksteal"
failed=0
HAITU_TEST_ENGINE=sqlite $pytest tests || failed=1
HAITU_TEST_ENGINE=postgresql $pytest tests -m "not once" || failed=1
exit $failed
