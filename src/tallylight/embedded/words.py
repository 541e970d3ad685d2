"""The command line's sentences in the reader's language, from the same catalogue as the console's."""

from __future__ import annotations

from tallylight.kernel.catalogue import catalogue, language_of_the_shell
from tallylight.kernel.errors import TallyError


def gettext(sentence: str) -> str:
    """`sentence` in the language of LC_ALL, LC_MESSAGES or LANG."""
    return catalogue(language_of_the_shell()).gettext(sentence)


def explain(error: TallyError) -> str:
    """What is wrong and what to do about it."""
    title, advice = gettext(error.title), gettext(error.advice)
    return "\n".join((title % error.facts if error.facts else title, advice % error.facts if error.facts else advice))
