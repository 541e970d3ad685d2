"""/design: every component, in both moods and both languages. The figures on this page are samples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override

from tallylight.console.formatting import html_language
from tallylight.console.shapes import Badge, ClockView, Entry, Lead, Tone
from tallylight.kernel import clock

COLOURS = (
    "ground", "surface", "raised", "line", "line-strong", "text", "muted", "link",
    "good", "good-ground", "warn", "warn-ground", "bad", "bad-ground", "unknown", "unknown-ground", "info", "info-ground",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """One mood in one language, with every component's content in that language."""

    mood: str
    language: str
    html_language: str
    language_name: str
    leads: tuple[Lead, ...]
    badges: tuple[Badge, ...]
    clocks: tuple[ClockView, ...]
    entries: tuple[Entry, ...]


def design(request: HttpRequest) -> HttpResponse:
    """Public: it shows no data."""
    now = clock.now()
    samples = [sample(mood, code, name, now) for code, name in settings.LANGUAGES for mood in ("day", "night")]
    return render(request, "console/design.html", {"samples": samples, "colours": COLOURS})


def sample(mood: str, language: str, language_name: str, now: datetime) -> Sample:
    """Everything the page shows in one mood and language."""
    with override(language):
        return Sample(
            mood=mood,
            language=language,
            html_language=html_language(language),
            language_name=language_name,
            leads=_leads(),
            badges=_badges(),
            clocks=_clocks(now),
            entries=_entries(now),
        )


def _leads() -> tuple[Lead, ...]:
    return (
        Lead(
            Tone.GOOD,
            _("Your streams are well in all 4 regions."),
            _("Nothing is open. Every promise of this month is kept so far."),
        ),
        Lead(
            Tone.BAD,
            _("Singapore answers 246 ms late since 21:04."),
            _("2 customers and 1,830 viewers are affected; the expert on call has it."),
        ),
        Lead(
            Tone.UNKNOWN,
            _("Nobody has measured Dubai since 21:04."),
            _("Unknown is not well: we say so until there are measurements again."),
        ),
    )


def _badges() -> tuple[Badge, ...]:
    return (
        Badge(Tone.GOOD, _("Well")),
        Badge(Tone.WARN, _("Pending")),
        Badge(Tone.BAD, _("Firing")),
        Badge(Tone.UNKNOWN, _("Unknown")),
        Badge(Tone.INFO, _("Opened")),
    )


def _clocks(now: datetime) -> tuple[ClockView, ...]:
    return (
        ClockView(
            _("Response"),
            Tone.WARN,
            0.72,
            now + timedelta(minutes=4, seconds=12),
            "",
            _("If nobody takes it in hand it goes to the expert at {at}."),
            now + timedelta(minutes=2),
        ),
        ClockView(
            _("Resolution"),
            Tone.INFO,
            0.18,
            now + timedelta(hours=3, minutes=17),
            "",
            _("Due by the contract's hours."),
        ),
        ClockView(_("Response"), Tone.GOOD, 0.4, None, _("Kept in 6 min"), _("15 min were promised.")),
        ClockView(
            _("Response"),
            Tone.BAD,
            1.0,
            now - timedelta(minutes=3),
            "",
            _("The promise is broken; the manager has been told."),
        ),
    )


def _entries(now: datetime) -> tuple[Entry, ...]:
    return (
        Entry(now - timedelta(minutes=9), Tone.BAD, _("Packet loss at sin-1 went over its limit.")),
        Entry(
            now - timedelta(minutes=9, seconds=-2), Tone.INFO, _("The incident was opened and two customers were told.")
        ),
        Entry(
            now - timedelta(minutes=1),
            Tone.GOOD,
            _("Packet loss at sin-1 is within its limit again."),
            _("Measured for 10 seconds in a row."),
        ),
    )
