"""A real browser before the real web process, on the test's own database: for pages that live, and connections that break."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tallylight.accounts.models import Person

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)
START_S = 60.0


@dataclass
class Web:
    """The web process; it can be killed and started again on the same port."""

    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def port(self) -> int:
        return int(os.environ["TALLY_PORT"])

    def url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def start(self) -> None:
        """Serve, and return once it does."""
        address = urlsplit(os.environ["TALLY_DATABASE_URL"])
        database = address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        words = [sys.executable, "-m", "tallylight.cli", "web"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(words, env=os.environ | {"TALLY_DATABASE_URL": database}, **quiet)  # type: ignore[call-overload]
        until = time.monotonic() + START_S
        while not self._answers():
            assert self.process is not None
            assert self.process.poll() is None, "the web process ended"
            assert time.monotonic() < until, "the web process does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(30)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def serving() -> Iterator[Web]:
    """The web process for a while."""
    web = Web()
    web.start()
    try:
        yield web
    finally:
        web.kill()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for a while."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "Chromium is missing: .ci/needs chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()


def window(
    browser: Browser, web: Web, person: UUID | None = None, *, language: str = "en", width: int = 1440
) -> BrowserContext:
    """A browser window of its own, in which somebody is signed in."""
    context = browser.new_context(base_url=web.url(), viewport={"width": width, "height": 900 if width > 500 else 844})
    context.set_default_timeout(30_000)
    cookies = {"django_language": language}
    if person:
        client = Client()
        client.force_login(Person.objects.get(pk=person))
        cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": name, "value": value, "url": web.url("/")} for name, value in cookies.items()])
    return context


def picture(page: Page, name: str) -> None:
    """Leave a picture where somebody wants to look at it."""
    if folder := os.environ.get("TALLY_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
