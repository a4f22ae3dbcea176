"""HTML to PDF in a process of its own, which can be timed, killed and replaced, and which reads no file but our assets.

Run as a script this is that process: it imports nothing of the product and is told neither passwords nor addresses.
A pool of concurrent.futures would do less: with max_tasks_per_child Python 3.11 can lose its only worker
(python/cpython#115634), and spawning would import app.py once more.
"""

import os
import re
import resource
import signal
import subprocess
import sys
import threading
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
FONTS = {400: "NotoSansSC_400Regular.ttf", 700: "NotoSansSC_700Bold.ttf"}
ASSETS = {"document.css": STATIC / "css" / "document.css"} | {name: STATIC / "vendor" / name for name in FONTS.values()}
TYPES = {".css": "text/css", ".ttf": "font/ttf"}
FONT_FACES = "".join(
    f'@font-face {{ font-family: "Noto Sans SC"; font-weight: {weight}; src: url(asset:{name}) }}'
    for weight, name in FONTS.items()
)

COLOUR = re.compile("colour-([0-9a-f]{6}).css")
VARIANT = "pdf/a-2u"  # to be read in fifty years; its text can be searched and copied

LIMIT = 20  # seconds for one document
START_LIMIT = 60  # seconds until a new process is ready; the first run of a machine builds its font cache
RETIRE_AFTER = 200  # documents, so that what the libraries leak stays small
IN_LINE = 5  # callers at once, of the eight threads that answer requests
POLITENESS = 5  # as `nice` counts it: pages come first, and a busy machine still makes documents in time
MEMORY = 3 << 30  # bytes of address space
NEEDED_FROM_OUTSIDE = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE")

READY, DONE, FAILED = b"r", b"+", b"-"


class RenderingFailed(Exception):
    """No PDF came out. reason: full, busy, timeout, died, or what the renderer said."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class Printer:
    """One renderer process, started when first needed; documents queue for it."""

    def __init__(self, limit=LIMIT, retire_after=RETIRE_AFTER, in_line=IN_LINE):
        self.limit = limit
        self.retire_after = retire_after
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(in_line)
        self._process = None
        self._pipe = None
        self._printed = 0

    @property
    def pid(self):
        """Of the running renderer, or None."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def pdf(self, html):
        """The PDF of an HTML page, as bytes. Raises RenderingFailed."""
        with self._place_in_line(), self._my_turn():
            self._ensure_running()
            answer = self._ask(html.encode("utf-8", "replace"))
            self._printed += 1
        if answer[:1] != DONE:
            raise RenderingFailed(answer[1:].decode("utf-8", "replace"))
        return answer[1:]

    def start(self):
        """Start the renderer ahead of the first document."""
        with self._my_turn():
            self._ensure_running()

    def stop(self):
        """End the renderer; the next document starts another."""
        if self._process:
            self._pipe.close()
            self._process.kill()
            self._process.wait()
        self._process = self._pipe = None

    def _place_in_line(self):
        if not self._places.acquire(blocking=False):
            raise RenderingFailed("full")
        return _Releasing(self._places)

    def _my_turn(self):
        if not self._turn.acquire(timeout=self.limit):
            raise RenderingFailed("busy")
        return _Releasing(self._turn)

    def _ensure_running(self):
        if self.pid and self._printed < self.retire_after:
            return
        self.stop()
        self._start()
        self._receive(START_LIMIT)

    def _start(self):
        self._pipe, theirs = Pipe()
        environment = {name: os.environ[name] for name in NEEDED_FROM_OUTSIDE if name in os.environ}
        command = [sys.executable, "-I", __file__, str(theirs.fileno()), str(self.limit)]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL)
        theirs.close()
        self._printed = 0

    def _ask(self, page):
        try:
            self._pipe.send_bytes(page)
        except OSError as error:
            self.stop()
            raise RenderingFailed("died") from error
        return self._receive(self.limit)

    def _receive(self, limit):
        try:
            if self._pipe.poll(limit):
                return self._pipe.recv_bytes()
            reason = "timeout"
        except (EOFError, OSError):
            reason = "died"
        self.stop()
        raise RenderingFailed(reason)


class _Releasing:
    """A lock or a place that is held already, let go at the end of a with block."""

    def __init__(self, lock):
        self.lock = lock

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lock.release()


def serve(pipe, limit):
    """The renderer: pages in, PDFs out, until the other end is closed."""
    render = renderer()
    render("<p>报价单 warm up</p>")
    pipe.send_bytes(READY)
    while True:
        try:
            page = pipe.recv_bytes()
        except EOFError:
            return
        signal.alarm(limit + 5)  # should nobody be left to kill a renderer that hangs
        try:
            answer = DONE + render(page.decode())
        except Exception as error:
            answer = FAILED + f"{type(error).__name__}: {error}".encode()
        signal.alarm(0)
        pipe.send_bytes(answer)


def renderer():
    """A function from HTML to PDF that reads the fonts once and fetches nothing but data: and asset: addresses."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fetcher = asset_fetcher()
    fonts = FontConfiguration()
    faces = CSS(string=FONT_FACES, url_fetcher=fetcher, font_config=fonts)

    def render(page):
        html = HTML(string=page, base_url="asset:", url_fetcher=fetcher)
        return html.write_pdf(font_config=fonts, stylesheets=[faces], pdf_variant=VARIANT, pdf_tags=True)

    return render


def colour_sheet(colour):
    """The style sheet that gives a document its colour, of six hexadecimal digits."""
    return f".paper {{ --accent: #{colour} }}"


def asset_fetcher():
    """WeasyPrint's own fetcher, which would read any file and any address, reduced to two schemes."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class AssetFetcher(URLFetcher):
        def fetch(self, url, headers=None):
            scheme, _, name = url.partition(":")
            if scheme.lower() != "asset":
                return super().fetch(url, headers)
            if colour := COLOUR.fullmatch(name):
                return URLFetcherResponse(url, colour_sheet(colour[1]).encode(), {"Content-Type": "text/css"})
            path = ASSETS[name]
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})

    return AssetFetcher(allowed_protocols=("data",), allow_redirects=False)


if __name__ == "__main__":
    os.nice(POLITENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
