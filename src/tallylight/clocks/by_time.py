"""Counting open time, in real seconds of a calendar. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from tallylight.clocks.phases import CAP_USED, Mode, Phase, clipped
from tallylight.clocks.spans import STANDS_STILL, ClockSpan, Why
from tallylight.kernel.business_time import Calendar, after, open_spans, open_time


def reached(phases: Iterable[Phase], calendar: Calendar, amount: timedelta) -> datetime | None:
    """The instant at which `amount` has been counted; None if the last phase keeps it away. Raises NeverOpen."""
    left = amount
    for phase in phases:
        if phase.mode is not Mode.RUNS:
            continue
        hours = phase.calendar or calendar
        if phase.end is None:
            return after(hours, phase.start, left)
        used = open_time(hours, phase.start, phase.end)
        if left <= used:
            return after(hours, phase.start, left)
        left -= used
    return None


def spans(phases: Iterable[Phase], calendar: Calendar, now: datetime) -> Iterator[ClockSpan]:
    """Every span up to `now`."""
    for phase, end in clipped(phases, now):
        if phase.mode is Mode.RUNS:
            yield from _running(phase, end, phase.calendar or calendar)
        else:
            yield ClockSpan(phase.start, end, counted=False, why=STANDS_STILL[phase.mode], reason=phase.reason)


def _running(phase: Phase, end: datetime, calendar: Calendar) -> Iterator[ClockSpan]:
    why = Why.PAUSE_CAP_USED if phase.reason == CAP_USED else Why.RUNNING
    at = phase.start
    for span in open_spans(calendar, phase.start, end):
        if at < span.start:
            yield ClockSpan(at, span.start, counted=False, why=Why.CLOSED_HOURS)
        yield ClockSpan(span.start, span.end, counted=True, why=why)
        at = span.end
    if at < end:
        yield ClockSpan(at, end, counted=False, why=Why.CLOSED_HOURS)
