"""When nothing can be written: the disk is full, write-protected or broken. Writes are refused, looking goes on."""

import errno
import logging
from contextlib import contextmanager

from peewee import InternalError, OperationalError

log = logging.getLogger("haitu.storage")

SQLITE = {8, 10, 13, 14}  # READONLY, IOERR, FULL, CANTOPEN
POSTGRESQL = {"25006", "53100", "58030"}  # read_only_sql_transaction, disk_full, io_error
SYSTEM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM}


def refuses(error):
    """Whether it says, or came about because something said, that there is nowhere to write to. SQLite ends a transaction by
    itself when the disk is full, and then the rollback fails and hides why."""
    while error is not None:
        code = getattr(error, "sqlite_errorcode", None) or 0
        if code & 0xFF in SQLITE or getattr(error, "sqlstate", None) in POSTGRESQL or isinstance(error, OSError) and error.errno in SYSTEM:
            return True
        error = error.__context__
    return False


@contextmanager
def in_passing():
    """Around what is noted while somebody only looks: when it cannot be noted, he sees the page all the same."""
    try:
        yield
    except (OperationalError, InternalError) as error:
        log.warning("what was looked at is not noted: %s", error)
