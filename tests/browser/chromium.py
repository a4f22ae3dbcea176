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

# What stands beyond the right edge of the window and cannot be scrolled to or is not cut on purpose; at most three.
# A phone zooms out to what is too wide, and innerWidth with it; the width of the root does not move.
BEYOND = """() => [...document.querySelectorAll("main *, .actionbar *")].filter(element => {
  const box = element.getBoundingClientRect();
  const edge = document.documentElement.clientWidth + 1;
  if (!box.width || !box.height || box.right <= edge || !element.checkVisibility()) return false;
  for (let around = element.parentElement; around; around = around.parentElement) {
    const inside = around.getBoundingClientRect().right <= edge;
    if (inside && getComputedStyle(around).overflowX !== "visible" && around !== document.body && around !== document.documentElement) return false;
  }
  return true;
}).slice(0, 3).map(element => `${element.tagName.toLowerCase()}.${element.className.baseVal ?? element.className}`)"""
