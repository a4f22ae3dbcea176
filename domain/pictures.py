"""Pictures that people upload: told by their first bytes, decoded within limits, and written anew, so that nothing but pixels is kept."""

import io

from PIL import Image, ImageOps

from domain import Refused, _

LARGEST = 2 * 1024 * 1024  # bytes
MOST_PIXELS = 24_000_000
KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
QUALITY = 88


def type_of(content):
    """What an image is by its first bytes; None for anything but PNG, JPEG and WebP."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def written_anew(content, side, field=None):
    """(bytes, type) of a picture no wider or higher than `side` pixels: a PNG where it is transparent, otherwise a JPEG."""
    kind = type_of(content)
    if kind is None or len(content) > LARGEST:
        raise Refused(_("A PNG, JPEG or WebP of 2 MB at the most, please."), field=field)
    try:
        picture = Image.open(io.BytesIO(content), formats=[KINDS[kind]])
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused(_("This picture has too many pixels."), field=field)
        picture = ImageOps.exif_transpose(picture)
        picture.thumbnail((side, side))
        return encoded(picture)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise Refused(_("This picture cannot be read."), field=field) from error


def encoded(picture):
    made = io.BytesIO()
    if picture.has_transparency_data:
        picture.convert("RGBA").save(made, "PNG", optimize=True)
        return made.getvalue(), "image/png"
    picture.convert("RGB").save(made, "JPEG", quality=QUALITY)
    return made.getvalue(), "image/jpeg"
