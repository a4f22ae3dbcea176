"""Copies of everything: one checked file per backup, made while people work, and put back by one command."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from datetime import datetime
from pathlib import Path

from peewee import SqliteDatabase

from domain import Refused, _, events, now, schema
from models import db

KEPT, STAMP = 30, "%Y%m%d-%H%M%S"
MANIFEST, KEY, UPLOADS = "manifest.json", "secret_key", "imports"
DUMPS = {"SQLite": "haitu.db", "PostgreSQL": "haitu.dump"}


def folder(data):
    path = Path(data) / "backups"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def newest(data, at=None):
    """(time, path) of the last backup, or None. What is dated in the future was written before the clock was set back."""
    files = [path for path in sorted(folder(data).glob("haitu-*.tar.gz")) if stamp_of(path) <= f"{at or now():{STAMP}}"]
    if not files:
        return None
    return datetime.strptime(stamp_of(files[-1]), STAMP), files[-1]


def stamp_of(path):
    return path.name[6:21]


# ---- writing one -----------------------------------------------------------------------------------------------------


def create(data, why, at=None):
    """Write haitu-<time>-<why>.tar.gz with the database, the uploaded files, the secret key and a manifest; its path."""
    at = at or now()
    target = folder(data) / f"haitu-{at:{STAMP}}-{why}.tar.gz"
    audit = events.head()  # before the copy, so that the copy holds it
    with tempfile.TemporaryDirectory(dir=data) as room:
        dump = copy_database(Path(room))
        files = {dump.name: dump} | beside_the_database(Path(data))
        manifest = Path(room) / MANIFEST
        manifest.write_text(json.dumps(manifest_of(files, audit)))
        unfinished = target.with_suffix(".part")
        try:
            with tarfile.open(unfinished, "w:gz", compresslevel=3) as archive:
                for name, path in {MANIFEST: manifest, **files}.items():
                    archive.add(path, name)
            os.chmod(unfinished, 0o600)
            unfinished.rename(target)
        finally:
            unfinished.unlink(missing_ok=True)
    forget_oldest(data, at)
    return target


def beside_the_database(data):
    """{name in the archive: path} of the key that signs cookies and of the files people uploaded."""
    found = [data / KEY, *sorted((data / UPLOADS).glob("*"))]
    return {str(path.relative_to(data)): path for path in found if path.is_file()}


def manifest_of(files, audit):
    sums = {name: checksum(path) for name, path in files.items()}
    return {"engine": schema.engine_name(), "schema": schema.version(), "audit": audit, "sha256": sums}


def copy_database(room):
    dump = room / DUMPS[schema.engine_name()]
    if schema.engine_name() == "PostgreSQL":
        run_tool("pg_dump", "--format=custom", f"--file={dump}")
        return dump
    db.execute_sql("VACUUM INTO ?", (str(dump),))
    copy = SqliteDatabase(str(dump))
    problem = copy.execute_sql("PRAGMA quick_check").fetchone()[0]
    copy.close()
    if problem != "ok":
        raise Refused(_("The copy is damaged: %(problem)s", problem=problem))
    return dump


def run_tool(name, *arguments):
    """pg_dump or pg_restore on the connected database; its password goes by the environment, not by the command line."""
    known = {"user": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST", "port": "PGPORT", "sslmode": "PGSSLMODE"}
    given = {known[key]: str(value) for key, value in db.obj.connect_params.items() if key in known}
    try:
        subprocess.run(
            [name, *arguments], check=True, capture_output=True, text=True,
            env=os.environ | given | {"PGDATABASE": db.obj.database},
        )
    except FileNotFoundError as error:
        raise Refused(_("%(tool)s is not installed; it belongs to PostgreSQL's client programs.", tool=name)) from error
    except subprocess.CalledProcessError as error:
        raise Refused(_("%(tool)s failed: %(reason)s", tool=name, reason=error.stderr.strip())) from error


def checksum(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def forget_oldest(data, at):
    """Keep the newest; what is dated in the future, by a clock that was wrong, goes first."""
    files = folder(data).glob("haitu-*.tar.gz")
    for path in sorted(files, key=lambda path: (stamp_of(path) <= f"{at:{STAMP}}", path))[:-KEPT]:
        path.unlink()


# ---- putting one back ------------------------------------------------------------------------------------------------


def restore(data, file):
    """Put a backup's database in place; the schema it has. Run it while Haitu is stopped.

    On SQLite what was there is kept as haitu.db.before-restore, with its -wal.
    """
    with tempfile.TemporaryDirectory(dir=data) as room:
        unpack(file, room)
        manifest = checked_manifest(Path(room))
        if manifest["engine"] != schema.engine_name():
            raise Refused(_("This backup is of %(engine)s.", engine=manifest["engine"]))
        if manifest["schema"] > schema.newest():
            raise Refused(_("This backup is of a newer Haitu."))
        dump = Path(room) / DUMPS[manifest["engine"]]
        if manifest["engine"] == "SQLite":
            swap_database(dump)
        else:
            run_tool("pg_restore", "--clean", "--if-exists", "--exit-on-error", "--single-transaction", f"--dbname={db.obj.database}", str(dump))
        put_beside(Path(data), Path(room), manifest)
    return manifest["schema"]


def unpack(file, room):
    try:
        with tarfile.open(file) as archive:
            for member in archive:
                unpack_one(archive, member, Path(room).resolve())
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise Refused(_("This file is not a backup of Haitu, or it is damaged.")) from error


def unpack_one(archive, member, room):
    """Plain files below the room and nothing else. (tarfile's own filter is missing from the Python of Debian 12.)"""
    target = (room / member.name).resolve()
    if not member.isfile() or not target.is_relative_to(room):
        raise tarfile.TarError(member.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.extractfile(member) as source, open(target, "wb") as copy:
        shutil.copyfileobj(source, copy)


def checked_manifest(room):
    """What an archive says of itself, once every file it names is there, whole."""
    path = room / MANIFEST
    try:
        manifest = json.loads(path.read_text())
        sums, dump = manifest["sha256"], DUMPS[manifest["engine"]]
    except (OSError, ValueError, KeyError) as error:
        raise Refused(_("This file is not a backup of Haitu, or it is damaged.")) from error
    for name in {dump, *sums}:
        if name not in sums or not (room / name).is_file() or checksum(room / name) != sums[name]:
            raise Refused(_("%(name)s in this backup is missing or damaged.", name=name))
    return manifest


def swap_database(dump):
    """A -wal that stayed behind would be played into the restored file: it goes aside with the file it belongs to."""
    live = Path(db.obj.database)
    db.close()
    for suffix in ("", "-wal", "-shm"):
        aside, here = Path(f"{live}.before-restore{suffix}"), Path(f"{live}{suffix}")
        aside.unlink(missing_ok=True)
        if here.exists():
            here.rename(aside)
    shutil.move(dump, live)


def put_beside(data, room, manifest):
    for name in manifest["sha256"]:
        if name not in DUMPS.values():
            (data / name).parent.mkdir(exist_ok=True)
            shutil.move(room / name, data / name)


def known_head(data):
    """(id, hash) of the audit's end as the newest backup noted it; of an empty audit without a backup."""
    last = newest(data)
    if last is None:
        return 0, events.GENESIS
    with tarfile.open(last[1]) as archive:
        return tuple(json.load(archive.extractfile(MANIFEST))["audit"])
