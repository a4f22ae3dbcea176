"""The browser that tests and pictures use: Debian's own chromium, in the two sizes that count."""

import shutil

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}


def launch_arguments():
    """None where there is no chromium."""
    path = shutil.which("chromium")
    return {"executable_path": path, "args": FLAGS} if path else None
