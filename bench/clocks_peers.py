"""What the peers of `bench.clocks` answer, how long they take, and where their answers differ from ours."""

from __future__ import annotations

import time as stopwatch
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
import pytz
from businesstimedelta import BusinessTimeDelta, HolidayRule, LunchTimeRule, Rules, WorkDayRule

from bench.clocks_world import Office
from tallylight.clocks.api import ClockEvent, Kind, Profile, read
from tallylight.clocks.columns import KINDS, Clock, Logs, Readings
from tallylight.clocks.log import in_order
from tallylight.clocks.phases import Mode, Round, rounds
from tallylight.clocks.tables import FOREVER, Ints, instant
from tallylight.kernel.business_time import open_time

HOUR = timedelta(hours=1)
NOTHING = timedelta(0)


@dataclass(frozen=True)
class Question:
    """Some clocks of a world, and the instant at which they are looked at."""

    logs: Logs
    offices: tuple[Office, ...]
    now: datetime
    chosen: Ints

    def office(self, clock: int) -> Office:
        """The office whose hours a clock counts."""
        return self.offices[int(self.logs.calendar[clock])]

    def clock(self, clock: int) -> Clock:
        """A clock as our engine takes it."""
        logs = self.logs
        heard = [self._event(i) for i in range(logs.offsets[clock], logs.offsets[clock + 1])]
        profile = Profile("bench", _length(logs.target_us[clock]), repeats=bool(logs.repeats[clock]))
        return Clock(heard, profile, self.office(clock).calendar)

    def _event(self, event: int) -> ClockEvent:
        kind, length = KINDS[self.logs.kind[event]], int(self.logs.length_us[event])
        cap = _length(length) if kind is Kind.PAUSED and length < FOREVER else None
        target = _length(length) if kind is Kind.RETARGETED else None
        return ClockEvent(kind, instant(int(self.logs.at_us[event])), cap=cap, target=target)


@dataclass(frozen=True)
class Answer:
    """How many seconds of processor a peer needed for how many clocks, and how many of its answers differ, by how."""

    asked: int
    seconds: float
    differs: dict[str, int]


def ask_read(question: Question, ours: Readings) -> Answer:
    """Our own engine, one clock after the other."""
    clocks = [question.clock(i) for i in question.chosen]
    seconds, alone = _timed(lambda: [read(*clock, question.now) for clock in clocks])
    differs = Counter(state=0, due_at=0, counted=0, remaining=0)
    for i, reading in zip(question.chosen, alone, strict=True):
        differs["state"] += ours.state_of(i) is not reading.state
        differs["due_at"] += _due(ours, i) != reading.due_at
        differs["counted"] += _length(ours.counted_us[i]) != reading.counted
        differs["remaining"] += _length(ours.remaining_us[i]) != reading.remaining
    return Answer(len(clocks), seconds, dict(differs))


def ask_businesstimedelta(question: Question, ours: Readings) -> Answer:
    """`businesstimedelta`, given the stretches in which each clock ran: the time used, and the due instant."""
    rules = {office: _rules(office) for office in question.offices}
    work = [
        (rules[question.office(i)], rounds(in_order(clock.events), clock.profile)[-1])
        for i, clock in ((i, question.clock(i)) for i in question.chosen)
    ]
    seconds, answers = _timed(lambda: [_by_rules(rule, this, question.now) for rule, this in work])
    differs = Counter(next_opening=0, due_at=0, counted=0)
    for i, (due_at, counted) in zip(question.chosen, answers, strict=True):
        differs[_how(question, i, _due(ours, i), due_at)] += due_at != _due(ours, i)
        differs["counted"] += counted != _length(ours.counted_us[i])
    return Answer(len(work), seconds, dict(differs))


def ask_pandas(question: Question, ours: Readings) -> Answer:
    """`CustomBusinessHour`: the due instant of a clock that was never paused, with a target in whole hours."""
    offsets = {office: _offset(office) for office in question.offices}
    work = [(_stamp(question, i), offsets[question.office(i)] * _whole_hours(question, i)) for i in question.chosen]
    seconds, stamps = _timed(lambda: [start + offset for start, offset in work])
    answers = [stamp.to_pydatetime() for stamp in stamps]
    differs = Counter(next_opening=0, due_at=0)
    for i, due_at in zip(question.chosen, answers, strict=True):
        differs[_how(question, i, _due(ours, i), due_at)] += due_at != _due(ours, i)
    return Answer(len(work), seconds, dict(differs))


def _timed(work: Callable[[], list[Any]]) -> tuple[float, list[Any]]:
    started = stopwatch.process_time()
    found = work()
    return stopwatch.process_time() - started, found


def _length(us: Any) -> timedelta:
    return timedelta(microseconds=int(us))


def _due(ours: Readings, clock: int) -> datetime | None:
    due = int(ours.due_us[clock])
    return None if due == FOREVER else instant(due)


def _how(question: Question, clock: int, ours: datetime | None, theirs: datetime | None) -> str:
    """The name of a difference: the next opening where we say the closing, with no open time between, or another instant."""
    if ours is None or theirs is None or theirs <= ours or open_time(question.office(clock).calendar, ours, theirs):
        return "due_at"
    return "next_opening"


def _rules(office: Office) -> Rules:
    zone, (first, last) = pytz.timezone(office.zone), (office.hours[0][0], office.hours[-1][1])
    return Rules(
        [
            WorkDayRule(_time(first), _time(last), office.days, tz=zone),
            *(
                LunchTimeRule(_time(one[1]), _time(other[0]), office.days, tz=zone)
                for one, other in pairwise(office.hours)
            ),
            HolidayRule(office.holidays, tz=zone),
        ]
    )


def _by_rules(rule: Rules, this: Round, now: datetime) -> tuple[datetime | None, timedelta]:
    """The due instant and the time used by `businesstimedelta`."""
    due_at, counted, spell = None, NOTHING, this.spells[-1]
    assert isinstance(spell.target, timedelta)
    for start, end, counts in _stretches(this, now):
        used = rule.difference(start, end or now).timedelta if counts else NOTHING
        if due_at is None and (end is None or counted + used >= spell.target):
            due_at = max(start + BusinessTimeDelta(rule, timedelta=spell.target - counted), spell.since)
        counted += used
    return due_at, counted


def _stretches(this: Round, now: datetime) -> Iterator[tuple[datetime, datetime | None, bool]]:
    """Where a clock ran, and at last where it would run on; whether time there counts by now."""
    for phase in this.phases:
        runs = phase.mode is Mode.RUNS
        if runs or (phase.end is None and phase.mode is not Mode.PAUSED):
            yield phase.start, phase.end, runs and phase.start < now


def _offset(office: Office) -> pd.offsets.CustomBusinessHour:
    return pd.offsets.CustomBusinessHour(
        start=[_time(opens) for opens, _ in office.hours],
        end=[_time(closes) for _, closes in office.hours],
        weekmask="".join("1" if day in office.days else "0" for day in range(7)),
        holidays=sorted(office.holidays),
    )


def _stamp(question: Question, clock: int) -> pd.Timestamp:
    start = instant(int(question.logs.at_us[question.logs.offsets[clock]]))
    return pd.Timestamp(start).tz_convert(question.office(clock).zone)


def _whole_hours(question: Question, clock: int) -> int:
    return _length(question.logs.target_us[clock]) // HOUR


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)
