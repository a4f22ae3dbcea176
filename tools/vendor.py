"""Copies what the browser and the PDF need out of node_modules into static/vendor/, each file checked by its sha256."""

import hashlib
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
ICONS = MODULES / "@tabler/icons/icons/outline"
FONTS = "@expo-google-fonts/noto-sans-sc"

FILES = [
    ("htmx.org/dist/htmx.min.js", "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"),
    ("sortablejs/Sortable.min.js", "bf4241bc73fef7f11c59a283a69fe8051cdd31c6d8ff5a2b9ba219e7831fcf76"),
    (f"{FONTS}/400Regular/NotoSansSC_400Regular.ttf", "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16"),
    (f"{FONTS}/700Bold/NotoSansSC_700Bold.ttf", "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96"),
]

BOUNDING_BOX = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


def copy_checked(source, sha256):
    found = hashlib.sha256(source.read_bytes()).hexdigest()
    if found != sha256:
        sys.exit(f"{source.relative_to(ROOT)} is not the file we trust: sha256 {found}, expected {sha256}")
    shutil.copyfile(source, VENDOR / source.name)


def icon_names():
    return (ROOT / "tools" / "icons.txt").read_text().split()


def symbol(name):
    """One <symbol>; size, colour and stroke are left to the style sheet."""
    source = ICONS / f"{name}.svg"
    if not source.exists():
        sys.exit(f"tools/icons.txt names {name!r}, which is no Tabler outline icon")
    shapes = re.search(r"<svg[^>]*>(.*)</svg>", source.read_text(), re.DOTALL).group(1)
    shapes = " ".join(shapes.replace(BOUNDING_BOX, "").split())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def build_sprite():
    symbols = "\n".join(symbol(name) for name in icon_names())
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    (VENDOR / "icons.svg").write_text(sprite)


if __name__ == "__main__":
    VENDOR.mkdir(parents=True, exist_ok=True)
    for path, sha256 in FILES:
        copy_checked(MODULES / path, sha256)
    build_sprite()
