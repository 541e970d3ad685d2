"""Reading many clocks at once: the same readings as `read`, for a million logs in well under a second. Pure.

Every reading is worked out from the whole log each time; nothing of an earlier reading is kept. What may be kept between readings
is what does not depend on the instant: the logs as columns (`Logs`) and the compiled calendars (`OpenHours`).

How: clocks are taken in blocks that fit the processor's cache. Within a block all first events are heard, then all second
events, and so on, by a table of what each mode makes of each kind of event. Between two events a clock that runs has counted
the difference of two values of its calendar's open time, so a due instant is one value more, looked up the other way round.

Rounds of a repeating clock that are over are not read: a reading speaks of the present round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from tallylight.clocks.columns import KIND_CODE, KINDS, STATE_CODE, Bools, Clock, Codes, Logs, Readings, fits, logs_of
from tallylight.clocks.log import Kind
from tallylight.clocks.reading import State, read
from tallylight.clocks.tables import FOREVER, Ints, OpenHours, OutsideTable, compile_hours, instant, microseconds
from tallylight.kernel.business_time import after

#: Clocks of a block: its columns stay in the second-level cache.
BLOCK = 1 << 15
#: How far behind `now` a table reaches that is compiled for one reading; due instants further on are worked out one by one.
AHEAD = timedelta(days=366)


#: Modes of a clock. Plain integers, since numpy compares a column of octets with an enum's members several times slower.
_NOT_STARTED, _RUNS, _PAUSED, _DONE, _CANCELLED = _MODES = range(5)
_ANSWERED, _RETARGETED = KIND_CODE[Kind.ANSWERED], KIND_CODE[Kind.RETARGETED]


def _moves() -> Codes:
    """The mode after an event, by whether the clock repeats, the mode before, and the kind of event."""
    table = np.empty((2, len(_MODES), len(KINDS)), np.int8)
    table[:] = np.array(_MODES, np.int8)[None, :, None]
    for open_mode in (_RUNS, _PAUSED):
        table[:, open_mode, KIND_CODE[Kind.SATISFIED]] = _DONE
        table[0, open_mode, KIND_CODE[Kind.ANSWERED]] = _DONE
        table[:, open_mode, KIND_CODE[Kind.CANCELLED]] = _CANCELLED
    table[:, _NOT_STARTED, KIND_CODE[Kind.STARTED]] = _RUNS
    table[:, _RUNS, KIND_CODE[Kind.PAUSED]] = _PAUSED
    table[:, _PAUSED, KIND_CODE[Kind.RESUMED]] = _RUNS
    table[:, _DONE, KIND_CODE[Kind.REOPENED]] = _RUNS
    table[:, _CANCELLED, KIND_CODE[Kind.REOPENED]] = _RUNS
    return table.reshape(-1)


_MOVES = _moves()


def read_many(logs: Logs, hours: OpenHours, now: datetime) -> Readings:
    """What every clock says at `now`; events after `now` are not known yet.

    `hours` must hold the calendars that the logs count in, and every instant from the first event to `now`: raises OutsideTable
    otherwise. A due instant behind the table is worked out by `kernel.business_time`; raises NeverOpen as that does.
    """
    now_us = microseconds(now)
    if not hours.covers(min(int(logs.at_us.min(initial=now_us)), now_us), now_us):
        raise OutsideTable("the calendars are compiled for another time than that of these clocks")
    found = Readings.blank(len(logs), now)
    now_open = hours.open_until(np.arange(len(hours.calendars)), np.full(len(hours.calendars), now_us))
    for first in range(0, len(logs), BLOCK):
        _read_block(logs, hours, found, slice(first, min(first + BLOCK, len(logs))), now_open)
    return found


def read_all(clocks: Sequence[Clock], now: datetime) -> Readings:
    """What each of the clocks says at `now`, in their order; those that columns can't hold are read one by one.

    Calendars are compiled as far as they are not remembered. Raises NeverOpen as `read` does.
    """
    together = [i for i, each in enumerate(clocks) if fits(each)]
    alone = sorted(set(range(len(clocks))) - set(together))
    found = Readings.blank(len(clocks), now)
    found.put(together, _read_columns([clocks[i] for i in together], now))
    found.put(alone, Readings.of([read(*clocks[i], now) for i in alone], now))
    return found


def _read_columns(clocks: Sequence[Clock], now: datetime) -> Readings:
    logs, calendars = logs_of(clocks)
    start = min(int(logs.at_us.min(initial=microseconds(now))), microseconds(now))
    return read_many(logs, compile_hours(calendars, instant(start), now.astimezone(UTC) + AHEAD), now)


def _read_block(logs: Logs, hours: OpenHours, found: Readings, block: slice, now_open: Ints) -> None:
    begins, known = logs.offsets[:-1][block], _known(logs, block, found.now_us)
    order = _longest_first(known)
    clocks = order + block.start
    begins, known = begins[order], known[order]
    target, target_from = _last_targets(logs, block, found.now_us)
    run = _Run.of(logs, clocks, target[order], target_from[order])
    for events in _ranks(begins, known):
        run.hear(logs, hours, events)
    run.come_to(hours, found.now_us, now_open[run.calendar])
    run.write(found, clocks, logs.target_us[clocks], hours)


def _known(logs: Logs, block: slice, now_us: int) -> Ints:
    """How many events of each clock are known at `now_us`."""
    offsets = logs.offsets[block.start : block.stop + 1]
    known = logs.at_us[offsets[0] : offsets[-1]] <= now_us
    if known.all():
        return np.diff(offsets)
    heard: Ints = np.concatenate([[0], np.cumsum(known)])
    found: Ints = np.diff(heard[offsets - offsets[0]])
    return found


def _longest_first(known: Ints) -> Ints:
    """An order of clocks in which those with an event of a rank always come before those without."""
    most = int(known.max(initial=0))
    missing: Ints = (most - known).astype(np.min_scalar_type(most))  # small integers are sorted by radix
    return np.argsort(missing, kind="stable")


def _ranks(begins: Ints, known: Ints) -> Iterator[Ints]:
    """The places of all first events, of all second events, and so on; each for the first clocks of the block."""
    having = known.size - np.cumsum(np.bincount(known))
    for rank, count in enumerate(having[:-1]):
        yield begins[:count] + rank


def _last_targets(logs: Logs, block: slice, now_us: int) -> tuple[Ints, Ints]:
    """The target that holds at last, and since when (-FOREVER: from the start)."""
    target, since = logs.target_us[block].copy(), np.full(block.stop - block.start, -FOREVER)
    offsets = logs.offsets[block.start : block.stop + 1]
    changes = offsets[0] + np.flatnonzero(logs.kind[offsets[0] : offsets[-1]] == _RETARGETED)
    changes = changes[logs.at_us[changes] <= now_us]
    clocks = np.searchsorted(offsets, changes, "right") - 1
    target[clocks], since[clocks] = logs.length_us[changes], logs.at_us[changes]  # of several the last stays
    return target, since


@dataclass(slots=True)
class _Run:
    """A block of clocks while their logs are heard; one entry a clock, those with the longest logs first.

    `moves` is where its part of _MOVES begins. `since` is when the present stretch began, `opened` the calendar's open time
    until then; `ends` is where a pause reaches its cap. `reached_from` is the start of the stretch in which the target is used
    up (FOREVER: not yet), with the open time until there and what was left of the target; `awaited` is the target until then.
    """

    calendar: Ints
    moves: Codes
    target: Ints
    target_from: Ints
    mode: Codes
    since: Ints
    opened: Ints
    ends: Ints
    counted: Ints
    awaited: Ints
    reached_from: Ints
    reached_opened: Ints
    reached_left: Ints

    @staticmethod
    def of(logs: Logs, clocks: Ints, target: Ints, target_from: Ints) -> _Run:
        """Clocks that have heard nothing yet."""
        nothing = np.zeros(clocks.size, np.int64)
        return _Run(
            calendar=logs.calendar[clocks],
            moves=logs.repeats[clocks] * np.int8(len(_MODES) * len(KINDS)),
            target=target,
            target_from=target_from,
            mode=np.full(clocks.size, _NOT_STARTED, np.int8),
            since=nothing.copy(),
            opened=nothing.copy(),
            ends=np.full(clocks.size, FOREVER),
            counted=nothing.copy(),
            awaited=target.copy(),
            reached_from=np.full(clocks.size, FOREVER),
            reached_opened=nothing.copy(),
            reached_left=nothing.copy(),
        )

    def hear(self, logs: Logs, hours: OpenHours, events: Ints) -> None:
        """One event each for the first clocks of the block."""
        n = events.size
        at, kind = logs.at_us.take(events), logs.kind.take(events)
        opened = hours.open_until(self.calendar[:n], at)
        self._end_pauses(hours, at)
        self._count(at, opened)
        before = self.mode[:n]
        mode = _MOVES.take(self.moves[:n] + before * np.int8(len(KINDS)) + kind)
        moved = (mode != before) | (before == _RUNS)
        np.copyto(self.since[:n], at, where=moved)
        np.copyto(self.opened[:n], opened, where=moved)
        np.copyto(self.ends[:n], FOREVER, where=mode != _PAUSED)
        pausing = np.flatnonzero((mode == _PAUSED) & (before != _PAUSED))
        self.ends[pausing] = np.minimum(at[pausing] + logs.length_us[events[pausing]], FOREVER)
        answered = np.flatnonzero(kind == _ANSWERED)
        self._begin_rounds(answered[_is_open(before[answered]) & _is_open(mode[answered])])
        before[:] = mode

    def come_to(self, hours: OpenHours, now_us: int, opened: Ints) -> None:
        """All events are heard; count on to now. A stretch that runs now goes on, so it is where a target is reached at last."""
        now = np.full(self.mode.size, now_us)
        self._end_pauses(hours, now)
        self._reach_onwards(hours)
        self.counted += np.where(self.mode == _RUNS, opened - self.opened, 0)

    def write(self, found: Readings, clocks: Ints, first_target: Ints, hours: OpenHours) -> None:
        """The readings of these clocks."""
        due = self._due(hours)
        found.due_us[clocks] = due
        found.state[clocks] = self._state(due, found.now_us)
        found.counted_us[clocks] = self.counted
        target = np.where(self.mode == _NOT_STARTED, first_target, self.target)
        found.remaining_us[clocks] = target - self.counted

    def _end_pauses(self, hours: OpenHours, at: Ints) -> None:
        """Pauses that have reached their cap by `at` are over, and the clock runs since then."""
        over = np.flatnonzero(self.ends[: at.size] <= at)
        if over.size:
            self.since[over] = self.ends[over]
            self.opened[over] = hours.open_until(self.calendar[over], self.ends[over])
            self.mode[over], self.ends[over] = _RUNS, FOREVER

    def _count(self, at: Ints, opened: Ints) -> None:
        """Count the stretch until `at` where a clock runs, and keep the stretch in which the target is used up."""
        n = at.size
        runs = self.mode[:n] == _RUNS
        counted = self.counted[:n]
        used = np.where(runs, opened - self.opened[:n], 0)
        counted += used
        there = np.flatnonzero(runs & (counted >= self.awaited[:n]))
        there = there[self.since[there] < at[there]]
        self._reach(there, self.since[there], self.opened[there], self.target[there] - counted[there] + used[there])

    def _reach(self, clocks: Ints, start: Ints, opened: Ints, left: Ints) -> None:
        self.reached_from[clocks], self.reached_opened[clocks] = start, opened
        self.reached_left[clocks], self.awaited[clocks] = left, FOREVER

    def _begin_rounds(self, clocks: Ints) -> None:
        self.counted[clocks] = 0
        self.awaited[clocks], self.reached_from[clocks] = self.target[clocks], FOREVER

    def _reach_onwards(self, hours: OpenHours) -> None:
        """Where a target is not reached yet, let the clock go on from where it runs or stood, or from the end of a pause."""
        onwards = (self.mode != _NOT_STARTED) & (self.awaited != FOREVER)
        onwards &= (self.mode != _PAUSED) | (self.ends < FOREVER)
        clocks = np.flatnonzero(onwards)
        paused = self.mode[clocks] == _PAUSED
        start = np.where(paused, self.ends[clocks], self.since[clocks])
        opened = self.opened[clocks]
        ending = clocks[paused]
        opened[paused] = hours.open_until(self.calendar[ending], np.minimum(self.ends[ending], hours.end_us - 1))
        self._reach(clocks, start, opened, self.target[clocks] - self.counted[clocks])

    def _due(self, hours: OpenHours) -> Ints:
        due = np.full(self.mode.size, FOREVER)
        clocks = np.flatnonzero(self.reached_from < FOREVER)
        start, left = self.reached_from[clocks], np.maximum(self.reached_left[clocks], 0)
        calendar = self.calendar[clocks]
        reached = hours.instant_at(calendar, self.reached_opened[clocks] + left)
        reached = np.where(left == 0, start, np.where(start < hours.end_us, reached, FOREVER))
        for i in np.flatnonzero(reached == FOREVER):
            length = timedelta(microseconds=int(left[i]))
            reached[i] = microseconds(after(hours.calendars[calendar[i]], instant(int(start[i])), length))
        due[clocks] = np.maximum(reached, self.target_from[clocks])
        return due

    def _state(self, due: Ints, now_us: int) -> Codes:
        """A state by mode, then what being late makes of it."""
        state = _STATE_IN_TIME[self.mode]
        late = np.where(self.mode == _DONE, self.since, now_us) > due
        return np.where(late, _STATE_LATE[self.mode], state)


def _is_open(mode: Codes) -> Bools:
    found: Bools = (mode == _RUNS) | (mode == _PAUSED)
    return found


def _codes(*states: State) -> Codes:
    return np.array([STATE_CODE[each] for each in states], np.int8)


_STATE_IN_TIME = _codes(State.NOT_STARTED, State.RUNNING, State.PAUSED, State.MET, State.CANCELLED)
_STATE_LATE = _codes(State.NOT_STARTED, State.OVERDUE, State.OVERDUE, State.MISSED, State.CANCELLED)
