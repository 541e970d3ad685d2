"""What every template knows: the reader, the places open to them, the mood, the instant."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from tallylight.accounts.api import Viewer
from tallylight.console.doors import reader_of, wants_part
from tallylight.console.formatting import html_language, machine
from tallylight.console.navigation import entries
from tallylight.kernel import clock
from tallylight.kernel.errors import TallyError


def console(request: HttpRequest) -> dict[str, Any]:
    """The frame's context. The reader is looked up only if the template asks."""
    now = clock.now()
    language = get_language() or settings.LANGUAGE_CODE
    frame = SimpleLazyObject(lambda: _frame(request))
    return {
        "frame": frame,
        "is_part": wants_part(request),
        "now": now,
        "now_machine": machine(now),
        "zone_name": get_current_timezone_name(),
        "html_language": html_language(language),
        "other_language": next((code, name) for code, name in settings.LANGUAGES if code != language),
    }


def _frame(request: HttpRequest) -> dict[str, Any]:
    viewer = _reader(request)
    places = entries(viewer, demo=settings.DEMO)
    return {
        "viewer": viewer,
        "mood": "night" if viewer and viewer.is_provider else "day",
        "places": [(place, place.holds(request.path)) for place in places],
    }


def _reader(request: HttpRequest) -> Viewer | None:
    if not hasattr(request, "user"):
        return None
    try:
        return reader_of(request)
    except TallyError:
        return None
