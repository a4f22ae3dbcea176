"""A signature drawn on a page: a small PNG in a form field, taken apart before it is kept."""

import struct
from base64 import b64decode
from binascii import Error

from domain import Refused, _

PREFIX = "data:image/png;base64,"
LONGEST = 140_000  # characters of the field, about 100 KB of picture
MAGIC, HEADER = b"\x89PNG\r\n\x1a\n", b"IHDR"
WIDEST = 2_000  # pixels each way


def drawn(text):
    """The bytes of the PNG in a form field; None for an empty one."""
    if not text:
        return None
    if len(text) > LONGEST or not text.startswith(PREFIX):
        raise Refused(_("This signature cannot be read. Draw it again."))
    try:
        picture = b64decode(text.removeprefix(PREFIX), validate=True)
        width, height = struct.unpack(">II", picture[16:24])
    except (Error, struct.error, ValueError) as error:
        raise Refused(_("This signature cannot be read. Draw it again.")) from error
    whole = picture.startswith(MAGIC) and picture[12:16] == HEADER and picture.endswith(b"IEND\xaeB`\x82")
    if not whole or not 0 < width <= WIDEST or not 0 < height <= WIDEST:
        raise Refused(_("This signature cannot be read. Draw it again."))
    return picture
