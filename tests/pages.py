"""What must hold of every page that any test is shown, whatever else the test asks of it."""

import re
from functools import cache
from pathlib import Path

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}  # what htmx sends when it asks for a part of a page
SPRITE = Path(__file__).resolve().parent.parent / "static/vendor/icons.svg"
ICON = re.compile(r'href="[^"]*icons\.svg[^"#]*#([^"]+)"')
FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "inline style": re.compile(r"<style\b|<[a-z][^<>]*\sstyle=", re.IGNORECASE),
    "inline handler": re.compile(r"<[a-z][^<>]*\son[a-z]+=", re.IGNORECASE),
    "Python's None": re.compile(r"<(?!option)[a-z][^<>]*>\s*None\s*<|=\"None\""),
    "another server": re.compile(
        r"<(?!a\b)[a-z][^<>]*\s(?:src|srcset|href|xlink:href|action|formaction|poster|data|hx-\w+)=\"\s*(?:https?:|wss?:)?//[^\"]*", re.IGNORECASE
    ),
    "unfilled placeholder": re.compile(r"%\([a-z_]+\)[sd]"),
}


@cache
def icons():
    return set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))


def check(path, html):
    """Assert it of one answer's HTML."""
    faults = [f"{what}: {found.group(0)[:80]}" for what, pattern in FORBIDDEN.items() if (found := pattern.search(html))]
    faults += [f"icon {name!r} is missing in tools/icons.txt" for name in set(ICON.findall(html)) - icons()]
    assert not faults, f"{path}: {'; '.join(faults)}"
