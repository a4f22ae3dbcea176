"""Copies of everything: one checked file per backup, made while people work, and put back by one command."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

from peewee import SqliteDatabase

from domain import Refused, _, now, schema
from models import db

KEPT = 30


def folder(data):
    path = Path(data) / "backups"
    path.mkdir(exist_ok=True)
    return path


def newest(data):
    """(time, path) of the last backup, or None."""
    files = sorted(folder(data).glob("haitu-*.tar.gz"))
    if not files:
        return None
    return datetime.strptime(files[-1].name[6:21], "%Y%m%d-%H%M%S"), files[-1]


def create(data, why, at=None):
    """Write haitu-<time>-<why>.tar.gz with the database, the secret key and a manifest; the path of the file."""
    target = folder(data) / f"haitu-{at or now():%Y%m%d-%H%M%S}-{why}.tar.gz"
    with tempfile.TemporaryDirectory(dir=data) as room:
        dump = copy_database(Path(room))
        manifest = {"engine": schema.engine()[0], "schema": schema.version(), "sha256": {dump.name: checksum(dump)}}
        (Path(room) / "manifest.json").write_text(json.dumps(manifest))
        unfinished = target.with_suffix(".part")
        with tarfile.open(unfinished, "w:gz", compresslevel=3) as archive:
            for path in (Path(room) / "manifest.json", dump, Path(data) / "secret_key"):
                if path.exists():
                    archive.add(path, path.name)
        os.chmod(unfinished, 0o600)
        unfinished.rename(target)
    forget_oldest(data)
    return target


def copy_database(room):
    if not isinstance(db.obj, SqliteDatabase):
        dump = room / "haitu.dump"
        subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", dsn()], check=True)
        return dump
    dump = room / "haitu.db"
    db.execute_sql("VACUUM INTO ?", (str(dump),))
    copy = SqliteDatabase(str(dump))
    problem = copy.execute_sql("PRAGMA quick_check").fetchone()[0]
    copy.close()
    if problem != "ok":
        raise Refused(_("The copy is damaged: %(problem)s", problem=problem))
    return dump


def dsn():
    """The connection as pg_dump takes it."""
    known = {"user": "user", "password": "password", "host": "host", "port": "port"}
    given = {known[name]: value for name, value in db.obj.connect_params.items() if name in known}
    return " ".join(f"{name}={value}" for name, value in ({"dbname": db.obj.database} | given).items())


def checksum(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def forget_oldest(data):
    for path in sorted(folder(data).glob("haitu-*.tar.gz"))[:-KEPT]:
        path.unlink()


def restore(data, file):
    """Put a backup's database in place; what was there is kept as haitu.db.before-restore. Run it while Haitu is stopped."""
    with tempfile.TemporaryDirectory(dir=data) as room:
        with tarfile.open(file) as archive:
            archive.extractall(room, filter="data")
        manifest = checked_manifest(Path(room))
        if manifest["engine"] != schema.engine()[0]:
            raise Refused(_("This backup is of %(engine)s.", engine=manifest["engine"]))
        if manifest["engine"] == "SQLite":
            return swap_files(Path(data), Path(room))
        subprocess.run(
            ["pg_restore", "--clean", "--if-exists", "--exit-on-error", "--single-transaction", f"--dbname={dsn()}", f"{room}/haitu.dump"],
            check=True,
        )
    return manifest["schema"]


def checked_manifest(room):
    path = room / "manifest.json"
    if not path.exists():
        raise Refused(_("This file is not a backup of Haitu."))
    manifest = json.loads(path.read_text())
    for name, expected in manifest["sha256"].items():
        if not (room / name).exists() or checksum(room / name) != expected:
            raise Refused(_("%(name)s in this backup is missing or damaged.", name=name))
    return manifest


def swap_files(data, room):
    live = Path(db.obj.database)
    if live.exists():
        db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{live}{suffix}").unlink(missing_ok=True)
    if live.exists():
        live.rename(live.with_name(f"{live.name}.before-restore"))
    shutil.move(room / "haitu.db", live)
    if (room / "secret_key").exists():
        shutil.move(room / "secret_key", data / "secret_key")
    return live
