"""Reading a clock: state, due instant, what was used, what is left, and every span with its reason. Pure.

One function for every promise: a target in time is counted in open seconds of a calendar (`by_time`), a term in its local days
(`by_days`); the log, its phases and the reading are the same. Conventions, beside those of `kernel.business_time`:

- An event on the due instant is in time.
- A pause excludes time, and so do closed hours and the time between an answer and a reopening; all else counts.
- Reopening goes on from what was used; it never begins again.
- An overdue clock that is paused stays overdue, and an answer to it is late.
- While a pause without a cap lasts, there is no due instant; with a cap the due instant assumes the whole pause.
- After a change of target the due instant is where the time used reaches the new target, though never before the change. A target
  that was already broken then stays broken: the new one does not hide it.
- An extension counts if it was told by the due instant that held without it, and up to the most that the profile allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from tallylight.clocks import by_days, by_time
from tallylight.clocks.log import ClockEvent, Profile, Target, in_order, longer, rest, shorter_of
from tallylight.clocks.phases import Mode, Phase, Round, Spell, put_aside, resumed, rounds
from tallylight.clocks.spans import ClockSpan, Why, counted
from tallylight.kernel.business_time import Calendar

_NOTHING = timedelta(0)


class State(StrEnum):
    """What a clock says at an instant."""

    NOT_STARTED = "not-started"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    OVERDUE = "overdue"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """A round of a repeating clock that an answer ended. `late`: the answer was, or a target that was changed had been broken."""

    started_at: datetime
    due_at: datetime | None
    answered_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class EarlierTarget:
    """What was promised in this round until another target replaced it at `until`; `broken` if it had been due before."""

    target: Target
    due_at: datetime | None
    until: datetime
    broken: bool


@dataclass(frozen=True, slots=True)
class Extension:
    """That the other side was told it takes longer: `by` is what that added, None if it came `too_late` or no more is allowed."""

    at: datetime
    by: Target | None
    reason: str = ""
    too_late: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock says at `at`. `elapsed` = `counted` + `excluded` = the sum of the spans, to the microsecond.

    `promised` is what is promised, extensions included; `target` is that in counted time, which for whole days is the time that
    counts from the start to the due instant (while a pause keeps that away: if the clock went on now). `remaining` is the target
    less what was counted, below zero when overdue. `due_at` is None before the start, while the clock waits, and during a pause
    without a cap; for an answered clock it is the deadline that it met or missed. A repeating clock reads its present round;
    `earlier` holds those before. `paused` says whether it stands still in a pause, overdue or not.
    """

    profile: str
    at: datetime
    state: State
    target: timedelta
    promised: Target
    started_at: datetime | None = None
    due_at: datetime | None = None
    answered_at: datetime | None = None
    elapsed: timedelta = _NOTHING
    counted: timedelta = _NOTHING
    excluded: timedelta = _NOTHING
    spans: tuple[ClockSpan, ...] = ()
    earlier: tuple[EarlierRound, ...] = ()
    earlier_targets: tuple[EarlierTarget, ...] = ()
    extensions: tuple[Extension, ...] = ()
    paused: bool = False

    @property
    def remaining(self) -> timedelta:
        """What is left of the target."""
        return self.target - self.counted

    @property
    def pauses(self) -> tuple[ClockSpan, ...]:
        """The spans in which it was paused."""
        return tuple(span for span in self.spans if span.why is Why.PAUSED)

    @property
    def breached(self) -> bool:
        """Whether this promise was broken, under this target or an earlier one, in this round or an earlier one."""
        return (
            self.state in (State.OVERDUE, State.MISSED)
            or any(each.broken for each in self.earlier_targets)
            or any(each.late for each in self.earlier)
        )


def read(events: Iterable[ClockEvent], profile: Profile, calendar: Calendar, now: datetime) -> Reading:
    """What the clock says at `now`; events after `now` are not known yet.

    Raises NeverOpen for a calendar closed for good, ValueError for an extension in another unit than its target's.
    """
    now = now.astimezone(UTC)
    found = rounds(in_order(event for event in events if event.at <= now), profile)
    if not found:
        whole = profile.target if isinstance(profile.target, timedelta) else _NOTHING
        return Reading(profile.name, now, State.NOT_STARTED, whole, profile.target)
    return _Counting(found[-1], profile, calendar).reading(now, tuple(_earlier(found[:-1], profile, calendar)))


def share_instant(
    profile: Profile, calendar: Calendar, events: Iterable[ClockEvent], share: Decimal
) -> datetime | None:
    """When `share` (0 to 1) of the present round's target will have been used, if nothing else happens.

    None before the start, and while a pause without a cap keeps that instant away. Never before a change of target.
    """
    found = rounds(in_order(events), profile)
    return _Counting(found[-1], profile, calendar).share_instant(share) if found else None


@dataclass(frozen=True, slots=True)
class _Counting:
    """One round of a clock, and how it is counted."""

    this: Round
    profile: Profile
    calendar: Calendar

    def reading(self, now: datetime, earlier: tuple[EarlierRound, ...]) -> Reading:
        extensions = tuple(self.extensions())
        spell = Spell(_extended(self.spell.target, extensions), self.spell.since)
        due_at = self.due(spell)
        spans = tuple(self.spans(self.this.phases, spell, now))
        used = counted(spans)
        return Reading(
            profile=self.profile.name,
            at=now,
            state=self.state(due_at, now),
            target=self.whole(spell, due_at, now),
            promised=spell.target,
            started_at=self.this.started_at,
            due_at=due_at,
            answered_at=self.this.answered_at,
            elapsed=now - self.this.started_at,
            counted=used,
            excluded=now - self.this.started_at - used,
            spans=spans,
            earlier=earlier,
            earlier_targets=tuple(self.earlier_targets()),
            extensions=extensions,
            paused=_mode_at(self.this, now) is Mode.PAUSED,
        )

    @property
    def spell(self) -> Spell:
        """What is promised now, extensions put aside."""
        return self.this.spells[-1]

    def due(self, spell: Spell) -> datetime | None:
        """When the target of a spell is used up, never before the spell began."""
        at = self.reached(put_aside(self.this), spell)
        return at if at is None else max(at, spell.since)

    def reached(self, phases: tuple[Phase, ...], spell: Spell) -> datetime | None:
        if isinstance(spell.target, timedelta):
            return by_time.reached(phases, self.calendar, spell.target)
        return by_days.reached(phases, self.count(spell))

    def spans(self, phases: tuple[Phase, ...], spell: Spell, now: datetime) -> Iterator[ClockSpan]:
        if isinstance(spell.target, timedelta):
            return by_time.spans(phases, self.calendar, now)
        return by_days.spans(phases, self.count(spell), now)

    def count(self, spell: Spell) -> by_days.Count:
        assert not isinstance(spell.target, timedelta)  # noqa: S101 - asked for terms only
        return by_days.Count(spell.target, spell.since, self.profile.days, self.calendar)

    def whole(self, spell: Spell, due_at: datetime | None, now: datetime) -> timedelta:
        """The target in counted time."""
        if isinstance(spell.target, timedelta):
            return spell.target
        phases = put_aside(self.this)
        if due_at is None:
            phases = resumed(phases, now)
            due_at = self.reached(phases, spell)
        assert due_at is not None  # noqa: S101 - a clock that runs comes to an end
        return counted(self.spans(phases, spell, due_at))

    def share_instant(self, share: Decimal) -> datetime | None:
        spell = Spell(_extended(self.spell.target, self.extensions()), self.spell.since)
        phases = put_aside(self.this)
        if isinstance(spell.target, timedelta):
            part = Spell(timedelta(microseconds=int(spell.target // timedelta(microseconds=1) * share)), spell.since)
            return self.due(part)
        due_at = self.due(spell)
        if due_at is None:
            return None
        spans = tuple(self.spans(phases, spell, due_at))
        left = timedelta(microseconds=int(counted(spans) // timedelta(microseconds=1) * share))
        return max(_instant_within(spans, left), spell.since)

    def extensions(self) -> Iterator[Extension]:
        """Each notice that it takes longer, with what it added."""
        left, due_at = self.profile.extension, self.due(self.spell)
        for event in self.this.extensions:
            if event.at < self.spell.since:
                continue
            too_late = due_at is not None and event.at > due_at
            by = None if left is None or too_late else shorter_of(left, left if event.target is None else event.target)
            if left is not None and by is not None:
                left = rest(left, by)
            yield Extension(event.at, by, event.reason, too_late)

    def earlier_targets(self) -> Iterator[EarlierTarget]:
        for before, after in pairwise(self.this.spells):
            due_at = self.due(before)
            broken = due_at is not None and due_at < after.since
            yield EarlierTarget(before.target, due_at if broken else None, after.since, broken)

    def state(self, due_at: datetime | None, now: datetime) -> State:
        last = self.this.phases[-1]
        if self.this.answered_at is not None:
            return State.MET if due_at is None or self.this.answered_at <= due_at else State.MISSED
        if last.mode is Mode.CANCELLED:
            return State.CANCELLED
        if due_at is not None and now > due_at:
            return State.OVERDUE
        return _STATES[_mode_at(self.this, now)]


_STATES = {Mode.WAITING: State.WAITING, Mode.PAUSED: State.PAUSED, Mode.RUNS: State.RUNNING, Mode.DONE: State.MET}


def _earlier(rounds_before: list[Round], profile: Profile, calendar: Calendar) -> Iterator[EarlierRound]:
    for each in rounds_before:
        assert each.answered_at is not None  # noqa: S101 - an earlier round ended with its answer
        counting = _Counting(each, profile, calendar)
        due_at = counting.due(Spell(_extended(counting.spell.target, counting.extensions()), counting.spell.since))
        late = due_at is not None and each.answered_at > due_at
        broken = any(target.broken for target in counting.earlier_targets())
        yield EarlierRound(each.started_at, due_at, each.answered_at, late or broken)


def _extended(target: Target, extensions: Iterable[Extension]) -> Target:
    for each in extensions:
        if each.by is not None:
            target = longer(target, each.by)
    return target


def _mode_at(this: Round, now: datetime) -> Mode:
    return next(phase.mode for phase in reversed(this.phases) if phase.start <= now)


def _instant_within(spans: Iterable[ClockSpan], amount: timedelta) -> datetime:
    """The first instant at which `amount` has been counted; the spans have that much."""
    left = amount
    for span in spans:
        if span.counted:
            if left <= span.length:
                return span.start + left
            left -= span.length
    raise AssertionError("a share is no more than the whole")
