"""The short code printed on each version of a quote (校验码), its QR code, and the quote that a code stands for."""

from functools import lru_cache
from io import BytesIO

import segno

from models import CHECK_LENGTH, Customer, Quote

GROUP = 4
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "–": "", "－": ""})


def code_of(quote):
    """7K3M-9QX2-WABC: as it is printed."""
    code = quote.check_code
    return "-".join(code[start:start + GROUP] for start in range(0, len(code), GROUP))


def url(quote, base):
    """The page that shows what is true; `base` is the address of this Haitu as others reach it."""
    return f"{base}/check/{code_of(quote)}"


def qr_svg(text):
    """A QR code as the bytes of an SVG."""
    return drawn(text, kind="svg", xmldecl=False)


def qr_png(text):
    """A QR code as the bytes of a PNG, four pixels a module."""
    return drawn(text, kind="png", scale=4)


@lru_cache
def drawn(text, **how):
    """Kept: drawing one takes longer than the rest of a page for the printer, and the same one is printed and shown often."""
    written = BytesIO()
    segno.make(text, error="m", micro=False).save(written, border=4, **how)
    return written.getvalue()


def quote_behind(typed):
    """The approved quote with this code, however it was typed; None for any other."""
    code = typed.upper().translate(MISREAD)
    if len(code) != CHECK_LENGTH:
        return None
    found = Quote.select(*Quote.all_but_the_file(), Customer).join(Customer)
    return found.where(Quote.check_code == code, Quote.status == Quote.APPROVED).first()
