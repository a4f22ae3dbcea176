"""Pictures of every page: desktop and phone, light and dark, Chinese and English, into shots/ (make shots).

Prints what no picture shows: pages wider than their window, complaints in the console, unexpected answers.
"""

import argparse
import io
import sqlite3
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from domain.demo import PASSWORD  # noqa: E402
from tests.browser.chromium import BEYOND, DESKTOP, PHONE, launch_arguments  # noqa: E402
from tests.server import Server  # noqa: E402
from tools.shot_list import FIRST_IMPORT, PAGES, RECORDS, SECOND_IMPORT, SETUP  # noqa: E402

SHOTS = ROOT / "shots"
README_PICTURE = ROOT / "static" / "img" / "readme-pool.png"
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
THEMES = ("light", "dark")
DEVICES = {"desktop": DESKTOP, "phone": PHONE}
AT_ONCE = 2
QUICK = 4000  # ms that a click may take
SETTLED = 350  # ms for slides and fades


def arguments():
    reading = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reading.add_argument("--only", nargs="*", default=[], metavar="zh-light-phone")
    reading.add_argument("--pages", nargs="*", default=[], metavar="pool")
    reading.add_argument("--readme", action="store_true", help="write the picture of the README instead")
    return reading.parse_args()


def main():
    wanted = arguments()
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder) / "demo", HAITU_DEMO="1") as founded,
        Server(Path(folder) / "empty") as empty,
    ):
        cookies = prepare(founded)
        found = records(founded)
        found["offer"] = share(founded, found["quote_sent"], cookies["manager"])
        if wanted.readme:
            return take_readme_picture(founded, found, cookies["seller1"])
        for language in LOCALES:
            variants = [one for one in product([language], THEMES, DEVICES) if not wanted.only or "-".join(one) in wanted.only]
            if variants:
                speak(founded, cookies, language)
                faults = [fault for some in in_parallel(variants, wanted.pages, founded, empty, found, cookies) for fault in some]
                print("\n".join(faults) or f"{language}: no page is wider than its window, none complains.", flush=True)


def prepare(founded):
    """Everybody logged in, two files imported; {login: storage state}."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        people = sorted({page.who for page in PAGES if page.who})
        cookies = {who: log_in(browser, founded, who) for who in people}
        import_files(browser, founded, cookies["manager"])
        browser.close()
    return cookies


def log_in(browser, server, who):
    context = browser.new_context(base_url=server.address)
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    state = context.storage_state()
    context.close()
    return state


def import_files(browser, server, cookies):
    """One import that has run with a complaint, and one that waits for its columns to be matched."""
    page = browser.new_context(base_url=server.address, storage_state=cookies).new_page()
    for name, text in (("展会名单.csv", FIRST_IMPORT), ("华东名单.csv", SECOND_IMPORT)):
        page.goto("/imports")
        page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": text.encode("gb18030")})
        page.click("form.upload .button.primary")
        page.wait_for_url("**/imports/*")
        if text is FIRST_IMPORT:
            page.click(".head .button.primary")
            page.wait_for_selector("[href$='failed.xlsx']")
    page.context.close()


def share(server, quote, cookies):
    """The address at which a customer reads a quote: only its making tells it.."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        page = browser.new_context(base_url=server.address, storage_state=cookies).new_page()
        page.goto(f"/quotes/{quote}/share")
        page.click(".dialog-foot .button.primary, .dialog-foot button")
        address = page.input_value("#offer-address")
        browser.close()
    return address


def records(server):
    with sqlite3.connect(f"file:{server.data / 'haitu.db'}?mode=ro", uri=True) as database:
        return {name: database.execute(query).fetchone()[0] for name, query in RECORDS.items()}


def speak(server, cookies, language):
    """The language is a person's own, so it changes for everybody between two rounds."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        for state in cookies.values():
            context = browser.new_context(base_url=server.address, storage_state=state)
            page = context.new_page()
            page.goto("/profile")
            token = page.locator("input[name=csrf_token]").first.get_attribute("value")
            context.request.post("/appearance", form={"csrf_token": token, "language": language})
            context.close()
        browser.close()


def in_parallel(variants, names, founded, empty, found, cookies):
    """Each thread has a browser of its own; the API of playwright belongs to one thread."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        jobs = [threads.submit(take_variant, variant, names, founded, empty, found, cookies) for variant in variants]
        return [job.result() for job in jobs]


def take_variant(variant, names, founded, empty, found, cookies):
    """One folder of pictures; returns the lines to print."""
    language, theme, device = variant
    folder = SHOTS / "-".join(variant)
    folder.mkdir(parents=True, exist_ok=True)
    options = {**DEVICES[device], "locale": LOCALES[language], "color_scheme": theme, "reduced_motion": "reduce"}
    faults = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        for server, pages in ((empty, [SETUP]), (founded, PAGES)):
            for who in dict.fromkeys(page.who for page in pages):
                context = browser.new_context(base_url=server.address, storage_state=cookies.get(who), **options)
                for shot in pages:
                    if shot.who == who and shot.only in ("", device) and (not names or shot.name in names):
                        faults += [f"{'-'.join(variant)}  {shot.name}: {fault}" for fault in take(context, shot, found, folder)]
                context.close()
        browser.close()
    return faults


def take(context, shot, found, folder):
    """Write one picture; yield what is wrong with the page."""
    faults = []
    page = context.new_page()
    page.set_default_timeout(QUICK)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" and "status of 4" not in line.text else None)
    try:
        answer = page.goto(shot.path.format(**found), timeout=30_000)
        if answer.status not in (200, shot.status):
            faults.append(f"answered {answer.status}")
        act(page, shot)
    except Error as error:
        faults.append(str(error).splitlines()[0])
    page.wait_for_timeout(SETTLED)
    page.screenshot(path=folder / f"{shot.name}.png")
    if beyond := page.evaluate(BEYOND):
        faults.append(f"is wider than the window: {', '.join(beyond)}")
    page.close()
    return faults


def act(page, shot):
    for selector in shot.press:
        page.locator(selector).first.click()
    for selector, text in shot.type.items():
        field = page.locator(selector).first
        field.press_sequentially(text) if text else field.clear()
    if shot.send:
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")


def take_readme_picture(founded, found, cookies):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        context = browser.new_context(base_url=founded.address, storage_state=cookies, locale="zh-CN", color_scheme="light", **DESKTOP)
        page = context.new_page()
        page.goto("/pools/{pool}".format(**found))
        page.wait_for_load_state("networkidle")
        picture = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    picture.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(README_PICTURE, optimize=True)
    print(f"{README_PICTURE.relative_to(ROOT)}: {README_PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
