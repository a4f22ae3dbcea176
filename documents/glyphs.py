"""Which characters the fonts of a document can draw, so that an empty box is found before it is printed."""

import subprocess
import unicodedata
from functools import cache

from fontTools.ttLib import TTFont
from fontTools.ttLib.ttCollection import TTCollection

from documents.printer import ASSETS, FONTS

FALLBACK = "Noto Sans CJK SC"
NEVER_DRAWN = {"Cc", "Cf", "Zl", "Zp", "Zs"}  # controls, joiners, line ends, blanks
VARIATION_SELECTORS = set(range(0xFE00, 0xFE10)) | set(range(0xE0100, 0xE01F0))


def missing_glyphs(text):
    """The characters of a text that no font of the document has, each once, in the order of the text."""
    return [character for character in dict.fromkeys(text) if not _is_drawn(character)]


def _is_drawn(character):
    code = ord(character)
    if unicodedata.category(character) in NEVER_DRAWN or code in VARIATION_SELECTORS:
        return True
    return code in bundled() or code in fallback()


@cache
def bundled():
    """Code points that both weights of the bundled font have."""
    return frozenset.intersection(*(_code_points(TTFont(ASSETS[name], lazy=True)) for name in FONTS.values()))


@cache
def fallback():
    """Code points of the system's font for rare characters; none where it is not installed."""
    found = subprocess.run(
        ["fc-match", "--format=%{file}\n%{family}", FALLBACK], capture_output=True, text=True, timeout=20, check=False
    )
    path, _, families = found.stdout.partition("\n")
    if FALLBACK not in families:
        return frozenset()
    return _code_points(TTCollection(path, lazy=True).fonts[0] if path.endswith(".ttc") else TTFont(path, lazy=True))


def _code_points(font):
    return frozenset(font.getBestCmap())
