"""The ladder as it stands for one matter: its rungs with the instants at which they are due. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Rung:
    """A step: at `due_at` whom it names is told by `channels`. See `targets` for who comes before whom.

    `person` is a login, `schedule` and `team` are slugs; `role` is empty where none is named.
    """

    name: str
    role: str
    channels: tuple[str, ...]
    due_at: datetime
    person: str | None = None
    schedule: str | None = None
    team: str | None = None

    def facts(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "name": self.name,
            "role": self.role,
            "channels": list(self.channels),
            "due_at": self.due_at.isoformat(),
            "person": self.person,
            "schedule": self.schedule,
            "team": self.team,
        }


Ladder = tuple[Rung, ...]


def to_facts(ladder: Ladder) -> list[dict[str, Any]]:
    """Every rung as JSON values."""
    return [rung.facts() for rung in ladder]


def from_facts(facts: Sequence[dict[str, Any]]) -> Ladder:
    """The inverse of `Rung.facts`, rung by rung."""
    return tuple(
        Rung(
            name=each["name"],
            role=each["role"],
            channels=tuple(each["channels"]),
            due_at=datetime.fromisoformat(each["due_at"]),
            person=each["person"],
            schedule=each.get("schedule"),  # ladders that were written before there were schedules go on
            team=each.get("team"),
        )
        for each in facts
    )


def in_order(rungs: Sequence[Rung]) -> Ladder:
    """A ladder whose rungs are never due before an earlier one."""
    return tuple(sorted(rungs, key=lambda rung: rung.due_at))


def next_step(ladder: Ladder, taken: int, *, now: datetime) -> Rung | None:
    """The rung to be taken now, after `taken` of them were; None if the next is not due yet or there is none."""
    following = ladder[taken] if taken < len(ladder) else None
    return following if following is not None and following.due_at <= now else None


def next_at(ladder: Ladder, taken: int) -> datetime | None:
    """When the next rung is due, or None at the top."""
    return ladder[taken].due_at if taken < len(ladder) else None


def pulled_forward(ladder: Ladder, step: int, *, to: datetime) -> Ladder:
    """The ladder with rung `step` due at `to` if it was due later: when the one before it found nobody."""
    return tuple(
        replace(rung, due_at=min(rung.due_at, to)) if index == step else rung for index, rung in enumerate(ladder)
    )


def resumed(ladder: Ladder, taken: int, *, at: datetime) -> Ladder:
    """What is left of a ladder after `taken` rungs, the first of it due at `at` and the others as far behind it as they were.

    At the top the last rung comes again: a matter never has nobody left to go to.
    """
    left = ladder[taken:] or ladder[-1:]
    return tuple(replace(rung, due_at=at + (rung.due_at - left[0].due_at)) for rung in left)
