"""The page as a browser prints it."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import get_args

import pytest
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from tallylight.typeset.api import Language, to_html
from tallylight.typeset.tests.samples import PIN, document

pytestmark = pytest.mark.browser
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@pytest.mark.parametrize("language", get_args(Language))
def test_every_printed_page_carries_the_pin(language: Language, tmp_path: Path) -> None:
    page_file = tmp_path / "document.html"
    page_file.write_text(to_html(document(language, sections=4)), encoding="utf-8")
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_page()
        page.goto(page_file.as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        browser.close()
    pages = ["".join(each.extract_text().split()) for each in PdfReader(io.BytesIO(printed)).pages]
    assert len(pages) > 3
    assert all(PIN in each for each in pages)
