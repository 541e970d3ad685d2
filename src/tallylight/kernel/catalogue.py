"""Sentences in a language, from the catalogues that the console and the command line share, for rooms without Django."""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).resolve().parent.parent / "locale"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a BCP 47 language (`en`, `zh-Hans`); English where there is none, which is what sentences are keyed by."""
    languages = ["zh_Hans"] if language.lower().startswith("zh") else []
    return gettext.translation("django", LOCALES, languages=languages, fallback=True)


def language_of_the_shell() -> str:
    """What LC_ALL, LC_MESSAGES or LANG ask for (`zh_CN.UTF-8`); `en` where none of them is set."""
    return next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en")
