"""Who had a ticket from when to when, and how long it lay idle with them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

#: Half-open.
Span = tuple[datetime, datetime]

#: A ticket counts as being worked on for so long after a word or a deed of its owner's.
AT_WORK = timedelta(minutes=15)
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Owned:
    """From `at` on it is `owner`'s; `team` is the team to which it was offered, empty if it was to nobody but the owner.

    `hop` is False where it did not come from somebody's hands: at the opening, and when it was still waiting for somebody.
    """

    at: datetime
    owner: UUID
    team: str = ""
    hop: bool = True


@dataclass(frozen=True, slots=True)
class Tenure:
    """It was `owner`'s within `[start, end)`."""

    owner: UUID
    team: str
    start: datetime
    end: datetime
    hop: bool = True


def tenures(story: Iterable[Owned], *, until: datetime) -> tuple[Tenure, ...]:
    """Who had it, one after the other without a gap, up to `until`. To give it to whom it belongs changes nothing."""
    kept: list[Owned] = []
    for each in sorted(story, key=lambda owned: owned.at):
        if each.at <= until and (not kept or kept[-1].owner != each.owner):
            kept.append(each)
    ends = [*(each.at for each in kept[1:]), until]
    return tuple(Tenure(each.owner, each.team, each.at, end, each.hop) for each, end in zip(kept, ends, strict=False))


def hops(found: Sequence[Tenure]) -> int:
    """How often it went from one owner's hands to another's."""
    return sum(each.hop for each in found[1:])


def had_before(found: Sequence[Tenure], people: Collection[UUID], team: str = "") -> bool:
    """Whether one of `people`, or the team, had it before its present owner."""
    return any(each.owner in people or (team != "" and each.team == team) for each in found[:-1])


def idle(tenure: Tenure, deeds: Iterable[datetime], ran: Iterable[Span]) -> timedelta:
    """How long it lay with its owner without a word or a deed of theirs (`deeds`) while its clocks ran (`ran`, disjoint)."""
    own = sorted((at, at + AT_WORK) for at in deeds if tenure.start <= at < tenure.end)
    return sum((_uncovered(span, own) for span in _within(ran, tenure)), _NOTHING)


def _within(ran: Iterable[Span], tenure: Tenure) -> Iterator[Span]:
    for start, end in ran:
        span = max(start, tenure.start), min(end, tenure.end)
        if span[0] < span[1]:
            yield span


def _uncovered(span: Span, covers: Sequence[Span]) -> timedelta:
    """The length of `span` that no cover lies upon; covers are in order of their starts."""
    reached, left = span[0], _NOTHING
    for start, end in covers:
        left += max(_NOTHING, min(start, span[1]) - reached)
        reached = max(reached, min(end, span[1]))
    return left + max(_NOTHING, span[1] - reached)
