from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import override_settings

from tallylight.notify.api import Recipient, compose

TEMPLATE = """{% load i18n %}Subject for {{ to.name }}

First {{ word }} paragraph
goes on.


{{ at|date:"H:i" }} https://tallylight.example/tickets/1
"""
LOADER = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": False,
    "OPTIONS": {
        "loaders": [
            ("django.template.loaders.locmem.Loader", {"letter.txt": TEMPLATE}),
            "django.template.loaders.app_directories.Loader",
        ]
    },
}


@pytest.fixture(autouse=True)
def _templates() -> object:
    with override_settings(TEMPLATES=[LOADER]):
        yield


def test_the_first_line_is_the_subject_and_the_rest_are_paragraphs() -> None:
    to = Recipient("mia@lumen.example", name="Mia", timezone="Asia/Singapore")
    said = compose("letter.txt", to, word="plain", at=datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    assert said.subject == "Subject for Mia"
    assert said.text == "First plain paragraph\ngoes on.\n\n09:30 https://tallylight.example/tickets/1\n"
    assert 'href="https://tallylight.example/tickets/1"' in said.html


def test_words_are_taken_literally_in_both_parts() -> None:
    to = Recipient("mia@lumen.example", name='<b>"Mia" & co</b>')
    said = compose("letter.txt", to, word="<script>alert(1)</script>", at=None)
    assert said.subject == 'Subject for <b>"Mia" & co</b>'
    assert "<script>" in said.text
    assert "<script>" not in said.html
    assert "&lt;script&gt;" in said.html


def test_the_reader_s_language_is_named() -> None:
    said = compose("letter.txt", Recipient("li@astra.example", locale="zh-hans"), word="", at=None)
    assert '<html lang="zh-hans">' in said.html
