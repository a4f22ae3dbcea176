"""What is printed: the machine, then tables whose every line is a ratio to something measured in the same run."""

import os
import platform
from pathlib import Path


class Report:
    """Prints as it goes."""

    def say(self, text):
        print(text, flush=True)

    def machine(self, engine):
        self.say(
            f"{os.cpu_count()} cores ({processor()}), {memory()} GB, Python {platform.python_version()}, {' '.join(engine)}, "
            f"load average {os.getloadavg()[0]:.1f}"
        )

    def table(self, title, *heads):
        self.say(f"\n{title}\n")
        self.row(*heads)
        self.row("---", *["---:"] * (len(heads) - 1))

    def row(self, *cells):
        self.say(f"| {' | '.join(map(str, cells))} |")

    def verdict(self, figure, aim):
        """The aim, marked when it was missed."""
        return f"≤ {aim:g}" if figure <= aim else f"≤ {aim:g} **missed**"


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def memory():
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
