"""A backup is whole or it is refused; put back, everything is as it was."""

import gzip
import io
import json
import shutil
import tarfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from peewee import SqliteDatabase

from domain import Refused, accounts, backup, events, now, schema
from models import TABLES, Department, Event, User, db

NOON = now().replace(hour=4, minute=0, second=0, microsecond=0) - timedelta(days=1)

@pytest.fixture
def data(cast, tmp_path, monkeypatch):
    """The data folder of a working installation; PostgreSQL's own programs are found where Debian puts them."""
    for folder in Path("/usr/lib/postgresql").glob("*/bin"):
        monkeypatch.setenv("PATH", str(folder), prepend=":")
    (tmp_path / "secret_key").write_text("k" * 64)
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "3f2a.csv").write_text("公司\n苏州恒立\n")
    return tmp_path


@pytest.fixture
def only_sqlite(cast):
    if schema.engine_name() != "SQLite":
        pytest.skip("about the files of SQLite")


def rows():
    """Every row of every table."""
    return {table.__name__: sorted(map(repr, table.select().tuples())) for table in TABLES}


def cast_user(login):
    return User.get(User.login == login)


def repacked(archive, change):
    """The same archive after change({name: bytes})."""
    with tarfile.open(archive) as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar.getmembers()}
    change(files)
    path = archive.with_name("changed.tar.gz")
    with tarfile.open(path, "w:gz") as tar:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return path


def test_a_backup_holds_the_database_the_uploads_the_key_and_a_manifest(data):
    path = backup.create(data, "by-hand", NOON)
    with tarfile.open(path) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
        names = tar.getnames()
    assert names[0] == "manifest.json"
    assert set(names[1:]) == set(manifest["sha256"]) == {backup.DUMPS[schema.engine_name()], "secret_key", "imports/3f2a.csv"}
    assert tuple(manifest["audit"]) == events.head()
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_put_back_equals_what_was_saved(data):
    saved = rows()
    path = backup.create(data, "by-hand", NOON)
    accounts.enable(cast_user("disabled"), by=cast_user("admin"))
    Department.create(name="后来的", path="/99/")
    (data / "secret_key").write_text("x" * 64)
    (data / "imports" / "3f2a.csv").unlink()
    assert backup.restore(data, path) == schema.newest()
    assert rows() == saved
    assert events.broken_link(backup.known_head(data)) is None
    assert (data / "secret_key").read_text() == "k" * 64
    assert (data / "imports" / "3f2a.csv").exists()


def test_what_is_put_back_keeps_its_guard_over_the_audit(data):
    backup.restore(data, backup.create(data, "by-hand", NOON))
    with pytest.raises(Exception, match="append-only"), db.atomic():
        Event.delete().execute()


def test_what_was_there_before_is_kept_beside_it(only_sqlite, data):
    path = backup.create(data, "by-hand", NOON)
    accounts.enable(cast_user("disabled"), by=cast_user("admin"))
    live = Path(db.obj.database)
    backup.restore(data, path)
    aside = SqliteDatabase(f"{live}.before-restore")
    assert aside.execute_sql("SELECT count(*) FROM users WHERE disabled_at IS NOT NULL").fetchone() == (0,)
    aside.close()


def test_a_stale_wal_is_not_played_into_the_restored_file(only_sqlite, data):
    path = backup.create(data, "by-hand", NOON)
    live = Path(db.obj.database)
    db.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{live}{suffix}").write_bytes(b"of another database")
    backup.restore(data, path)
    assert User.get_by_id(1).login == "admin"


def test_a_damaged_database_does_not_stand_in_the_way_of_its_backup(only_sqlite, data):
    saved, path = rows(), backup.create(data, "by-hand", NOON)
    db.close()
    Path(db.obj.database).write_bytes(b"\x00" * 4096)
    backup.restore(data, path)
    assert rows() == saved


@pytest.mark.parametrize("missing", ["manifest.json", "dump", "secret_key", "imports/3f2a.csv"])
def test_an_archive_with_a_file_missing_is_refused(data, missing):
    name = backup.DUMPS[schema.engine_name()] if missing == "dump" else missing
    partial = repacked(backup.create(data, "by-hand", NOON), lambda files: files.pop(name))
    saved = rows()
    with pytest.raises(Refused):
        backup.restore(data, partial)
    assert rows() == saved


def test_an_archive_whose_database_was_changed_is_refused(data):
    name = backup.DUMPS[schema.engine_name()]
    changed = repacked(backup.create(data, "by-hand", NOON), lambda files: files.update({name: files[name] + b"x"}))
    with pytest.raises(Refused):
        backup.restore(data, changed)


def test_a_database_that_the_manifest_does_not_vouch_for_is_refused(data):
    def forget(files):
        manifest = json.loads(files["manifest.json"])
        manifest["sha256"].pop(backup.DUMPS[schema.engine_name()])
        files["manifest.json"] = json.dumps(manifest).encode()

    with pytest.raises(Refused):
        backup.restore(data, repacked(backup.create(data, "by-hand", NOON), forget))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_an_archive_that_was_cut_short_is_refused(data, share):
    path = backup.create(data, "by-hand", NOON)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Refused):
        backup.restore(data, path)


@pytest.mark.parametrize("body", [b"", b"not an archive", gzip.compress(b"not a tar", mtime=0)])
def test_any_other_file_is_refused(data, body):
    path = data / "holiday.tar.gz"
    path.write_bytes(body)
    with pytest.raises(Refused):
        backup.restore(data, path)


@pytest.mark.parametrize("column, value", [("engine", "other"), ("schema", "9999_from_tomorrow")])
def test_a_backup_of_another_engine_or_a_newer_haitu_is_refused(data, column, value):
    other = {"SQLite": "PostgreSQL", "PostgreSQL": "SQLite"}[schema.engine_name()]

    def change(files):
        manifest = json.loads(files["manifest.json"])
        manifest[column] = other if value == "other" else value
        if value == "other":
            name = backup.DUMPS[schema.engine_name()]
            manifest["sha256"][backup.DUMPS[other]] = manifest["sha256"].pop(name)
            files[backup.DUMPS[other]] = files.pop(name)
        files["manifest.json"] = json.dumps(manifest).encode()

    saved = rows()
    with pytest.raises(Refused):
        backup.restore(data, repacked(backup.create(data, "by-hand", NOON), change))
    assert rows() == saved


@pytest.mark.parametrize("name", ["../outside", "imports/../../outside", "{parent}/outside"])
def test_an_archive_that_reaches_out_of_its_folder_writes_nothing_there(data, name):
    name = name.format(parent=data.parent)
    path = repacked(backup.create(data, "by-hand", NOON), lambda files: files.update({name: b"x"}))
    with suppress(Refused):
        backup.restore(data, path)
    assert not (data.parent / "outside").exists()


def test_the_newest_backup_is_the_one_of_the_latest_time(data):
    for hours in (2, 0, 1):
        backup.create(data, "nightly", NOON + timedelta(hours=hours))
    assert backup.newest(data)[0] == (NOON + timedelta(hours=2)).replace(microsecond=0)


def test_thirty_backups_are_kept(data):
    first = backup.create(data, "nightly", NOON)
    for day in range(1, backup.KEPT + 1):
        shutil.copy(first, first.with_name(f"haitu-{NOON + timedelta(days=day):%Y%m%d-%H%M%S}-nightly.tar.gz"))
    backup.forget_oldest(data, NOON + timedelta(days=backup.KEPT))
    assert not first.exists()
    assert len(list(backup.folder(data).glob("*.tar.gz"))) == backup.KEPT


def test_an_unfinished_backup_leaves_no_file_that_looks_like_one(data, monkeypatch):
    monkeypatch.setattr(backup, "manifest_of", lambda files, audit: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backup.create(data, "by-hand", NOON)
    assert backup.newest(data) is None
    assert {path.name for path in data.iterdir()} == {"secret_key", "imports", "backups"}
