"""Figures and instants as the present reader reads them: `formatting` with the active language and zone."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from tallylight.console import formatting


def instant_text(at: datetime, *, now: datetime) -> str:
    """An instant in the reader's zone and language, where a sentence needs it as text."""
    return formatting.instant(at, get_current_timezone(), get_language() or "en", now=now)
