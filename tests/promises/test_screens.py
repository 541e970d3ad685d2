"""What people see, in a real browser before a whole installation: every page, both languages, wide and narrow, live.

With TALLY_SCREENSHOTS=FOLDER the walk leaves a picture of each page there.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.promises.installation import Installation, installed, private_folder, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

FLAGS = (
    "--no-sandbox",  # the test run may be root's; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LANGUAGES = ("en", "zh-hans")
SIZES = ((1440, 900), (390, 844))
#: Script and style of one page, compressed, in octets.
MOST_WEIGHT = 100_000

NOBODY, AGENT, MANAGER, MEMBER = "", "agent@tallylight.example", "manager@tallylight.example", "mia@lumen.example"
CUSTOMER = "lumen-live"
PAGES = {
    NOBODY: ("/login", "/status", "/evidence", "/design", "/no-such-page"),
    AGENT: (
        "/wall",
        "/desk",
        "/network/nodes/sin-1",
        "/incidents",
        "<incident>",
        "/tickets",
        "<ticket>",
        "/service",
        f"/service?customer={CUSTOMER}",
        f"/service/slices?customer={CUSTOMER}&region=ap-southeast&objective=latency",
        "/contract",
        f"/contract?customer={CUSTOMER}",
        "/mailbox",
        "<mail>",
        "/admin/teams",
        "/oncall",
        "/admin/delivery",
        "/account/addresses",
        "/account",
    ),
    MANAGER: (
        f"/service/exclusions?customer={CUSTOMER}",
        f"/service/report?customer={CUSTOMER}",
        f"/contract/propose?customer={CUSTOMER}",
        f"/contract/replay?customer={CUSTOMER}",
        f"<proposal>/contract?customer={CUSTOMER}",
    ),
    MEMBER: (
        "/",
        "/incidents",
        "<incident>",
        "/tickets",
        "/tickets/new",
        "<ticket>",
        "/service",
        "/contract",
        "/contract?day=2026-03-01",
        "/contract/propose",
        "<proposal>/contract",
        "/service/report",
        "/status",
        "/account",
    ),
}


@pytest.fixture(scope="module")
def demo() -> Iterator[Installation]:
    """The demo, measuring."""
    with private_folder("tally-screens-") as folder, installed(folder / "home") as installation:
        until(installation.measures, "figures of every node", within_s=60)
        yield installation


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "Chromium is missing: .ci/needs chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def trouble(demo: Installation) -> Iterator[None]:
    """A node is hurt, for as long as anybody looks; the first ticket is open."""
    words = demo.words("drill", "latency", "--node", "sin-1", "--amount", "250ms", "--for", "10m")
    drill = subprocess.Popen(words, env=demo.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: len(demo.rows("select 1 from support_ticket")) >= 2, "a ticket for each customer", within_s=60)
    yield
    drill.send_signal(signal.SIGINT)
    drill.wait(60)


@pytest.fixture(scope="module")
def proposal(demo: Installation, browser: Browser) -> None:
    """A new text of the customer's contract waits to be signed."""
    page = sign_in(demo, browser, MANAGER).new_page()
    page.goto(f"/contract/propose?customer={CUSTOMER}")
    text = page.locator("textarea[name=source]")
    text.fill(text.input_value().replace("response: 30m", "response: 20m", 1))
    page.click("button[name=deed][value=propose]")
    page.wait_for_url("**/contract/proposals/**")


@dataclass
class Watched:
    """A page and everything about it that should not be."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on(
            "console",
            lambda said: self.faults.append(f"{self.page.url}: {said.text}") if said.type == "error" else None,
        )
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("request", lambda request: self._stays_here(request.url))

    def _stays_here(self, url: str) -> None:
        if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname != "127.0.0.1":
            self.faults.append(f"{self.page.url} asks {url}")


def sign_in(demo: Installation, browser: Browser, login: str, **surroundings: object) -> BrowserContext:
    """A browser of its own in which somebody is signed in."""
    context = browser.new_context(base_url=demo.url(""), **surroundings)  # type: ignore[arg-type]
    if login:
        page = context.new_page()
        page.goto("/login")
        page.fill("[name=username]", login)
        page.fill("[name=password]", demo.secret(f"demo-{login.replace('@', '-at-')}"))
        page.click("main [type=submit]")
        page.wait_for_url(lambda url: urlsplit(url).path != "/login")
        page.goto("about:blank")  # left open: Chromium may never answer to the closing of a page that is on its way
    return context


def found(page: Page, path: str) -> str:
    """`<ticket>` as the address of the first ticket in the reader's list, and so on."""
    if path.startswith("<proposal>"):
        page.goto(path.removeprefix("<proposal>"))
        return str(page.locator("a[href*='/contract/proposals/']").first.get_attribute("href"))
    lists = {"<ticket>": "/tickets", "<incident>": "/incidents", "<mail>": "/mailbox"}
    if path not in lists:
        return path
    page.goto(lists[path])
    return str(page.locator("[data-row] a").first.get_attribute("href"))


def faults_of(watched: Watched, path: str, width: int) -> Iterator[str]:
    """What is wrong with the page as it stands."""
    page, where = watched.page, f"{path} at {width}"
    expect(page.locator("h1")).to_have_count(1)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        yield f"{where} is {wide} wide"
    weight = page.evaluate(
        """performance.getEntriesByType("resource").filter((each) => /\\.(js|css)$/.test(each.name))
            .reduce((sum, each) => sum + each.encodedBodySize, 0)"""
    )
    if not 0 < weight < MOST_WEIGHT:
        yield f"{where} weighs {weight}"
    shift = page.evaluate("window.shifted ?? 0")
    if shift > 0.05:
        yield f"{where} shifts by {shift:.3f}"
    yield from (f"{where}: {unnamed} has no name" for unnamed in page.evaluate(UNNAMED))


#: Fields and buttons that somebody who does not see them could not tell apart.
UNNAMED = """[...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea, button, a")]
    .filter((each) => !(each.labels?.length || each.ariaLabel || each.textContent.trim() || each.title))
    .map((each) => each.outerHTML.slice(0, 80))"""
#: Adds up layout shifts that nobody asked for.
SHIFTS = """new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted = (window.shifted ?? 0) + each.value;
}).observe({type: "layout-shift", buffered: true})"""


@pytest.mark.parametrize("login", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("trouble", "proposal")
def test_every_page_is_whole(demo: Installation, browser: Browser, login: str, language: str) -> None:
    context = sign_in(demo, browser, login)
    context.add_init_script(SHIFTS)
    context.add_cookies([{"name": "django_language", "value": language, "url": demo.url("/")}])
    watched = Watched(context.new_page())
    paths = [found(watched.page, path) for path in PAGES[login]]
    faults: list[str] = []
    for width, height in SIZES:
        watched.page.set_viewport_size({"width": width, "height": height})
        for path in paths:
            watched.page.goto(path)
            watched.page.wait_for_load_state("load")
            settle(watched.page)
            faults += faults_of(watched, path, width)
            picture(watched.page, login, path, language, width)
    context.close()
    unexpected = [fault for fault in watched.faults if "/no-such-page" not in fault]
    assert faults + unexpected == []


def settle(page: Page) -> None:
    """Wait until a live page has heard the first event and has put it in place."""
    if page.locator("body[data-live]").count():
        expect(page.locator(".connection")).to_have_attribute("data-state", "open")
        expect(page.locator(".htmx-request")).to_have_count(0)


def picture(page: Page, login: str, path: str, language: str, width: int) -> None:
    """Leave a picture where somebody wants to look at it."""
    if folder := os.environ.get("TALLY_SCREENSHOTS"):
        place = re.sub(r"[0-9a-f-]{36}", "one", path).strip("/") or "home"
        name = re.sub(r"\W+", "-", f"{login.partition('@')[0] or 'public'}-{place}-{language}-{width}")
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.usefixtures("trouble")
def test_the_wall_moves_by_itself_and_says_when_it_can_not(demo: Installation, browser: Browser) -> None:
    page = sign_in(demo, browser, AGENT).new_page()
    page.goto("/wall")
    settle(page)
    page.evaluate("window.same = true")
    expect(page.locator("h1")).to_contain_text("Singapore")

    # What others do arrives here: somebody takes a ticket in hand in another window.
    other = sign_in(demo, browser, "engineer@tallylight.example").new_page()
    other.goto("/desk")
    (number,) = other.locator("[data-row] th .small").first.all_inner_texts()
    other.locator("[data-act=a]").first.click()
    expect(page.locator(".list > li", has_text=number)).to_contain_text("has it in hand", timeout=10_000)

    # Figures move without a reload.
    figure = page.locator('[data-figure="sum/all/viewers"]')
    before = figure.inner_text()
    expect(figure).not_to_have_text(before, timeout=60_000)

    web = psutil.Process(demo.part("web")["pid"])
    web.suspend()
    try:
        expect(page.locator(".connection")).to_contain_text("Connection lost since", timeout=20_000)
    finally:
        web.resume()
    expect(page.locator(".connection")).to_have_attribute("data-state", "open", timeout=30_000)
    assert page.evaluate("window.same")


@pytest.mark.usefixtures("trouble")
def test_a_half_written_reply_survives_what_happens_meanwhile(demo: Installation, browser: Browser) -> None:
    page = sign_in(demo, browser, MEMBER).new_page()
    page.goto(found(page, "<ticket>"))
    settle(page)
    page.fill("#reply-text", "Half a sent")
    page.evaluate("document.activeElement.blur()")
    staff = sign_in(demo, browser, AGENT).new_page()
    staff.goto(page.url)
    staff.fill("#reply-text", "We see it.")
    staff.click("[value=say]")
    expect(page.locator(".conversation")).to_contain_text("We see it.", timeout=10_000)
    expect(page.locator("#reply-text")).to_have_value("Half a sent")


@pytest.mark.usefixtures("trouble")
def test_the_desk_is_worked_by_keys(demo: Installation, browser: Browser) -> None:
    page = sign_in(demo, browser, AGENT).new_page()
    page.goto("/wall")
    page.keyboard.press("?")
    expect(page.locator("#keyboard-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keyboard-help")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/desk")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*")
    page.keyboard.press("r")
    page.keyboard.type("? is a letter here")
    expect(page.locator("#reply-text")).to_have_value("? is a letter here")
    expect(page.locator("#keyboard-help")).to_be_hidden()


@pytest.mark.usefixtures("trouble")
def test_everything_works_without_a_script(demo: Installation, browser: Browser) -> None:
    page = sign_in(demo, browser, "manager@tallylight.example", java_script_enabled=False).new_page()
    page.goto("/desk")
    page.locator("[data-row] th a").first.click()
    page.fill("#reply-text", "By hand.")
    page.click("[value=note]")
    expect(page.locator(".conversation")).to_contain_text("By hand.")
    page.locator(".menu > summary").click()
    page.locator("footer .plain-button").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("zh-Hans|en"))


def test_the_skip_link_leads_to_the_content(demo: Installation, browser: Browser) -> None:
    page = sign_in(demo, browser, NOBODY).new_page()
    page.goto("/status")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
