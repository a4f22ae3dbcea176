"""The power goes while SQLite writes its log: whatever of it reached the disk, what stands is a beginning of what was written.

The log is cut after every frame and at random bytes (trust.md, power-cut); a frame is a page with a head of its own.
"""

import random
import shutil

import pysqlite3
import pytest

from domain import leads, pool
from models import Claim, Pool, db
from tests import books

pytestmark = pytest.mark.once
CLAIMS, RANDOM_CUTS = 20, 300
HEAD, FRAME = 32, 24 + 4096  # bytes of the log's own head, and of a frame
CLAIMED = "SELECT lead.id FROM claim JOIN lead ON lead.id = claim.record_id AND lead.owner_id = claim.owner_id WHERE how = 'claimed'"
TOLD = "SELECT record_id FROM event WHERE verb = 'lead.claimed'"


@pytest.fixture
def written(engine, cast):
    """(file of the database, [(bytes of the log at a commit, leads claimed by then)]): commits that no checkpoint has moved."""
    lying = [leads.create(cast.admin, name=f"公司 {number}", pool=Pool.get()) for number in range(CLAIMS)]
    db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute_sql("PRAGMA wal_autocheckpoint = 0")
    log, commits = engine.current.with_name(f"{engine.current.name}-wal"), [(0, [])]
    for lead in lying:
        pool.claim(lead, cast.seller)
        commits.append((log.stat().st_size, [*commits[-1][1], lead.id]))
    return engine.current, log, commits


def test_a_log_that_was_cut_anywhere_holds_a_beginning_of_what_was_written(written, tmp_path):
    file, log, commits = written
    whole = log.read_bytes()
    frames = range(HEAD, len(whole) + 1, FRAME)
    assert commits[-1][0] == frames[-1] == len(whole)
    chance = random.Random(7)
    for cut in (*frames, *(chance.randrange(len(whole)) for _time in range(RANDOM_CUTS))):
        stands = [claimed for size, claimed in commits if size <= cut][-1]
        assert after_the_cut(file, whole[:cut], tmp_path / "cut.db") == ("ok", stands, stands), cut


def after_the_cut(file, log, copy):
    """(what SQLite finds of its pages, the leads that somebody has, the leads of which the audit tells it)"""
    shutil.copyfile(file, copy)
    copy.with_name("cut.db-wal").write_bytes(log)
    copy.with_name("cut.db-shm").unlink(missing_ok=True)
    connection = pysqlite3.connect(copy)
    try:
        (found,) = connection.execute("PRAGMA integrity_check").fetchone()
        return found, *([id for (id,) in connection.execute(asked)] for asked in (CLAIMED, TOLD))
    finally:
        connection.close()


def test_after_the_cut_the_books_are_in_order(written):
    file, log, commits = written
    size, claimed = commits[CLAIMS // 2]
    on_disk = {file: file.read_bytes(), log: log.read_bytes()[: size + FRAME]}
    db.close()
    for path, content in on_disk.items():
        path.write_bytes(content)
    books.check()
    assert Claim.select().where(Claim.how == Claim.CLAIMED).count() == len(claimed)
