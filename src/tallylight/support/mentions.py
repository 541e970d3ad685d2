"""Who is called by name in a note: `@` and a name. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tallylight.accounts.api import PersonCard


def mentioned(text: str, staff: Sequence[PersonCard]) -> list[PersonCard]:
    """Whom `text` calls, in order of service: by full name, by login before its `@`, or by a first name that only one has.

    Capitals don't matter; `@Wei` does not call Weiland, nor does the address wei@tallylight.example call anybody.
    """
    first_names = Counter(_first(each) for each in staff)
    return [each for each in staff if any(_calls(text, name) for name in _names(each, first_names))]


def _names(person: PersonCard, first_names: Counter[str]) -> Iterable[str]:
    yield person.name
    yield person.email.partition("@")[0]
    if first_names[_first(person)] == 1:
        yield _first(person)


def _first(person: PersonCard) -> str:
    return person.name.split()[0].lower() if person.name.split() else ""


def _calls(text: str, name: str) -> bool:
    if not name:
        return False
    return re.search(rf"(?<![\w.])@{re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None
