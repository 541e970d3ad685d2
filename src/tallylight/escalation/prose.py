"""Prose that several rooms use, in the active language and time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext


def join_sentences(sentences: Iterable[str]) -> str:
    """Whole sentences one after another; Chinese needs no space between them."""
    space = "" if (get_language() or "en").startswith("zh") else " "
    return space.join(each for each in sentences if each)


def lasting(seconds: float) -> str:
    """A length of time in words: seconds below two minutes, minutes below two hours, hours above."""
    if seconds < 120:
        return ngettext("%(n)d second", "%(n)d seconds", round(seconds)) % {"n": round(seconds)}
    if seconds < 7200:
        return ngettext("%(n)d minute", "%(n)d minutes", round(seconds / 60)) % {"n": round(seconds / 60)}
    return ngettext("%(n)d hour", "%(n)d hours", round(seconds / 3600)) % {"n": round(seconds / 3600)}


def moment(at: datetime) -> str:
    """An instant to the second."""
    return date_format(timezone.localtime(at), "Y-m-d H:i:s")
