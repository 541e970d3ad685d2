"""The same sentence in every language that people here read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils import translation


def in_every_language(say: Callable[[], str]) -> dict[str, str]:
    """What `say` returns in each language, by language code."""
    said: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said[code] = say()
    return said
