"""Haitu in a process of its own: how soon it is up, what it answers to 32 connections, what it weighs; and the first load."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from benchmarks.pages import SELLER, pool_at
from benchmarks.timing import medians, seconds
from tests.server import ROOT, Server

CONNECTIONS, SECONDS = 32, 8
STARTS = 3
START_AIM = 3  # seconds
BYTES_AIM, REQUESTS_AIM = 120_000, 8
LIBRARIES = "import flask, flask_babel, flask_wtf, peewee, waitress, htmx_flask, argon2, apscheduler"
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]


def measure(places, report):
    place = places[-1]
    place.enter()
    path, cookie = pool_at(place), place.cookie(SELLER)
    alone = 1 / medians({"page": (place.enter, lambda: place.visit(SELLER, path))})["page"]
    place.leave()
    server = Server(place.path.parent, f"sqlite:///{place.path}")
    starts = [started(server) for _time in range(STARTS)]
    server.start()
    try:
        loads(server, place, path, cookie, alone, report)
        weighs(server, starts, report)
        first_loads(server, path, cookie, report)
    finally:
        server.stop()


def started(server):
    took = server.start()
    server.stop()
    return took


def loads(server, place, path, cookie, alone, report):
    visitors = [sys.executable, "-m", "benchmarks.load", str(server.port), cookie, path, str(CONNECTIONS)]
    subprocess.run([*visitors, "2"], cwd=ROOT, check=True, capture_output=True)
    found = json.loads(subprocess.run([*visitors, str(SECONDS)], cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    report.table(
        f"The pool page over HTTP, {place.leads:,} leads, {CONNECTIONS} connections from another process",
        "requests/s", "in process, one thread", "ratio", "median", "p95", "not 200",
    )
    rate = found["answers"] / SECONDS
    report.row(
        f"{rate:.0f}", f"{alone:.0f}", f"{alone / rate:.2f}", f"{found['median'] * 1000:.0f} ms", f"{found['p95'] * 1000:.0f} ms",
        found["bad"],
    )


def weighs(server, starts, report):
    """Against a Python that has imported the same libraries and done nothing."""
    idle = [sys.executable, "-c", f"{LIBRARIES}; print(open('/proc/self/status').read())"]
    imported = median(seconds(lambda: subprocess.run(idle, check=True, capture_output=True)) for _time in range(STARTS))
    libraries = resident(subprocess.run(idle, check=True, capture_output=True, text=True).stdout)
    weight = resident(Path(f"/proc/{server.process.pid}/status").read_text())
    start = median(starts)
    report.table("The process", "", "Haitu", "its libraries alone", "ratio", "aim")
    report.row("cold start to /health", f"{start:.2f} s", f"{imported:.2f} s", f"{start / imported:.1f}", report.verdict(start, START_AIM))
    report.row("memory after the load", f"{weight:.0f} MB", f"{libraries:.0f} MB", f"{weight / libraries:.1f}", "")


def resident(status):
    """MB, of the text of /proc/<pid>/status."""
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def first_loads(server, path, cookie, report):
    report.table("A first load in Chromium, nothing cached", "page", "bytes over the wire", "aim", "requests", "aim")
    name, value = cookie.split("=", 1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)
        for what, where, cookies in (
            ("login", "/login", []),
            ("pool", path, [{"name": name, "value": value, "url": server.address}]),
            ("board", "/opportunities", [{"name": name, "value": value, "url": server.address}]),
        ):
            bytes_, requests = first_load(browser, f"{server.address}{where}", cookies)
            report.row(what, f"{bytes_:,}", report.verdict(bytes_, BYTES_AIM), requests, report.verdict(requests, REQUESTS_AIM))
        browser.close()


def first_load(browser, url, cookies):
    """(bytes as served, headers included; number of requests)"""
    context = browser.new_context(locale="zh-CN")
    context.add_cookies(cookies)
    page, loaded = context.new_page(), []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    page.goto(url, wait_until="networkidle")
    context.close()
    return int(sum(loaded)), len(loaded)
