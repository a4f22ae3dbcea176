"""A throw-away PostgreSQL cluster: made in a temporary folder, reached by socket only, gone with the run."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

BY_SOCKET = "-c listen_addresses= -c max_connections=200"
FAST_NOT_SAFE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def binaries():
    """The folder of initdb and pg_ctl, newest version first; None where there is no server."""
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return Path(on_path).parent if on_path else debian[-1].parent if debian else None


def missing():
    """Why no cluster can be made here, or None."""
    if binaries() is None:
        return "no PostgreSQL server binaries (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and not runs_as():
        return "PostgreSQL does not run as root, and there is no user postgres"
    return None


def runs_as():
    """["runuser", …] when we are root, which PostgreSQL refuses to be; [] otherwise."""
    if os.geteuid() != 0:
        return []
    known = any(user.pw_name == "postgres" for user in pwd.getpwall())
    runuser = shutil.which("runuser") or "/usr/sbin/runuser"  # a plain PATH has no /usr/sbin
    return [runuser, "-u", "postgres", "--"] if known else []


class Cluster:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="hpg"))  # short: a socket path holds 107 bytes
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")

    def start(self, settings=FAST_NOT_SAFE):
        self.call("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.call("pg_ctl", "-l", self.folder / "log", "-w", "-o", f"{BY_SOCKET} {settings} -k {self.folder}", "start")
        return self

    def stop(self):
        self.call("pg_ctl", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, program, *arguments):
        command = [*runs_as(), binaries() / program, "-D", self.folder / "data", *arguments]
        done = subprocess.run([str(part) for part in command], cwd="/", capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr or done.stdout}")

    @property
    def address(self):
        """What create_database() is asked of."""
        return address(self.folder, "postgres")


def address(folder, database):
    return f"postgresql:///{database}?host={folder}&user=postgres"


def create_database(server, name):
    """A fresh, empty database on the cluster at `server`; its address."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    return server.replace(":///postgres?", f":///{name}?")
