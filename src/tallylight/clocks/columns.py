"""The logs of many clocks as columns of numpy, and what they say. Values only.

Instants are int64 microseconds since 1970 in UTC, lengths int64 microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallylight.clocks.log import ClockEvent, Kind, Profile, Target, Term, in_order
from tallylight.clocks.phases import while_open
from tallylight.clocks.reading import Reading, State
from tallylight.clocks.tables import FOREVER, Ints, microseconds
from tallylight.kernel.business_time import Calendar

Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]

#: How kinds of events and states are written in a column: by their place here.
KINDS = tuple(Kind)
STATES = tuple(State)
KIND_CODE = {kind: code for code, kind in enumerate(KINDS)}
STATE_CODE = {state: code for code, state in enumerate(STATES)}

_TICK = timedelta(microseconds=1)


class NotInColumns(ValueError):
    """A clock that has to be read alone: see `fits`."""


class Clock(NamedTuple):
    """What a reading is made from: one clock's log, how it is timed, and when time counts."""

    events: Sequence[ClockEvent]
    profile: Profile
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Logs:
    """The event logs of many clocks. Clock i has the events from `offsets[i]` (inside) to `offsets[i + 1]` (outside), by time.

    One entry a clock: `calendar` (its place among the calendars of a table), `target_us` (at the start), `repeats`.
    One entry an event: `kind` (its place in KINDS), `at_us`, and `length_us`: the cap of a pause (FOREVER without one), the new
    target of a retargeting, nothing otherwise. A retargeting stands where it takes effect: never while a clock is answered or
    called off (`phases.while_open`).
    """

    calendar: Ints
    target_us: Ints
    repeats: Bools
    offsets: Ints
    kind: Codes
    at_us: Ints
    length_us: Ints

    def __len__(self) -> int:
        return int(self.target_us.size)

    @property
    def nbytes(self) -> int:
        """Octets of all columns."""
        return sum(getattr(self, each.name).nbytes for each in fields(self))


@dataclass(frozen=True, slots=True)
class Readings:
    """What every clock says at `now_us`, one entry a clock, equal to what `read` says of each.

    `state` is the place in STATES; `due_us` is FOREVER where there is no due instant; `remaining_us` is below zero when overdue.
    """

    now_us: int
    state: Codes
    due_us: Ints
    counted_us: Ints
    remaining_us: Ints

    def __len__(self) -> int:
        return int(self.state.size)

    @property
    def nbytes(self) -> int:
        """Octets of all columns."""
        return self.state.nbytes + self.due_us.nbytes + self.counted_us.nbytes + self.remaining_us.nbytes

    @staticmethod
    def blank(count: int, now: datetime) -> Readings:
        """Room for so many readings."""
        return Readings(microseconds(now), np.empty(count, np.int8), *(np.empty(count, np.int64) for _ in range(3)))

    @staticmethod
    def of(alone: Sequence[Reading], now: datetime) -> Readings:
        """Readings that were made one by one, as columns."""
        return Readings(
            now_us=microseconds(now),
            state=np.array([STATE_CODE[each.state] for each in alone], np.int8),
            due_us=np.array(
                [FOREVER if each.due_at is None else microseconds(each.due_at) for each in alone], np.int64
            ),
            counted_us=np.array([each.counted // _TICK for each in alone], np.int64),
            remaining_us=np.array([each.remaining // _TICK for each in alone], np.int64),
        )

    def put(self, places: Sequence[int], found: Readings) -> None:
        """Write the readings of these clocks down."""
        here = np.array(places, np.int64)
        for column in ("state", "due_us", "counted_us", "remaining_us"):
            getattr(self, column)[here] = getattr(found, column)

    def state_of(self, clock: int) -> State:
        """The state of one clock."""
        return STATES[int(self.state[clock])]

    def next_due(self, count: int) -> Ints:
        """The clocks whose promises break next, the nearest first, at most `count`; of the same instant, in their own order.

        Those that are broken, kept or called off are not among them, nor are those that no instant is known for.
        """
        owed = (self.state == STATE_CODE[State.RUNNING]) | (self.state == STATE_CODE[State.PAUSED])
        due = np.where(owed, self.due_us, FOREVER)
        last = np.partition(due, count - 1)[count - 1] if 0 < count < due.size else FOREVER
        near = np.flatnonzero((due <= last) & (due < FOREVER))
        return near[np.argsort(due[near], kind="stable")][:count]


def fits(clock: Clock) -> bool:
    """Whether columns can hold it: targets in time, one calendar, a start without a condition, no extension."""
    changes = [event for event in clock.events if event.kind is Kind.RETARGETED]
    in_time = not any(isinstance(each, Term) for each in (clock.profile.target, *(event.target for event in changes)))
    one_calendar = all(event.calendar is None for event in changes)
    return in_time and one_calendar and not clock.profile.starts_after and clock.profile.extension is None


def logs_of(clocks: Sequence[Clock]) -> tuple[Logs, tuple[Calendar, ...]]:
    """The clocks as columns, and the calendars that their `calendar` counts in.

    Raises NotInColumns unless every clock `fits`.
    """
    strange = next((each for each in clocks if not fits(each)), None)
    if strange is not None:
        raise NotInColumns(f"a clock of profile {strange.profile.name} is read alone")
    calendars = {calendar: place for place, calendar in enumerate(dict.fromkeys(each.calendar for each in clocks))}
    heard = [list(_heard(each)) for each in clocks]
    events = [event for log in heard for event in log]
    logs = Logs(
        calendar=np.array([calendars[each.calendar] for each in clocks], np.int64),
        target_us=np.array([_in_time(each.profile.target) // _TICK for each in clocks], np.int64),
        repeats=np.array([each.profile.repeats for each in clocks], np.bool_),
        offsets=np.cumsum([0, *map(len, heard)], dtype=np.int64),
        kind=np.array([kind for kind, _, _ in events], np.int8),
        at_us=np.array([at for _, at, _ in events], np.int64),
        length_us=np.array([length for _, _, length in events], np.int64),
    )
    return logs, tuple(calendars)


def _heard(clock: Clock) -> Iterator[tuple[int, int, int]]:
    """Kind, instant and length of every event in order; a retargeting without a target changes nothing and is left out."""
    for event in while_open(in_order(clock.events), clock.profile):
        length: timedelta | None = None
        if event.kind is Kind.PAUSED:
            length = event.cap if event.cap is not None else clock.profile.pause_cap
        elif event.kind is Kind.RETARGETED and event.target is not None:
            length = _in_time(event.target)
        if event.kind is not Kind.RETARGETED or length is not None:
            yield KIND_CODE[event.kind], microseconds(event.at), FOREVER if length is None else length // _TICK


def _in_time(target: Target) -> timedelta:
    assert isinstance(target, timedelta)  # noqa: S101 - asked for clocks that fit only
    return target
