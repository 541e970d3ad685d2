"""The command line's sentences in the reader's language, from the same catalogue as the console's."""

from __future__ import annotations

import gettext as catalogues
import os
from functools import cache
from pathlib import Path

from tallylight.kernel.errors import TallyError

LOCALES = Path(__file__).resolve().parent.parent / "locale"


@cache
def _catalogue() -> catalogues.NullTranslations:
    wanted = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    languages = ["zh_Hans"] if wanted.startswith("zh") else []
    return catalogues.translation("django", LOCALES, languages=languages, fallback=True)


def gettext(sentence: str) -> str:
    """`sentence` in the language of LC_ALL, LC_MESSAGES or LANG."""
    return _catalogue().gettext(sentence)


def explain(error: TallyError) -> str:
    """What is wrong and what to do about it."""
    title, advice = gettext(error.title), gettext(error.advice)
    return "\n".join((title % error.facts if error.facts else title, advice % error.facts if error.facts else advice))
