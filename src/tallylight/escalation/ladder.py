"""The ladder as it stands for one matter: its rungs with the instants at which they are due. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tallylight.escalation.causes import Occasion

NOTHING = timedelta(0)
#: The step that is added when the last one of the contract reached nobody.
LAST_RESORT = "last-resort"


@dataclass(frozen=True, slots=True)
class Rung:
    """A step: at `due_at` whom it names is told by `channels`. See `targets` for who comes before whom.

    `person` is a login, `schedule` and `team` are slugs; `role` is empty where none is named. `cause` says which event brought it
    forward, in whose name (`by`) and in which words (`reason`); empty: its time came. `skipped`: it is passed over.
    `usual_at` is set where something moved it; `again` marks a rung that was put in because another one was to be repeated.
    """

    name: str
    role: str
    channels: tuple[str, ...]
    due_at: datetime
    person: str | None = None
    schedule: str | None = None
    team: str | None = None
    cause: str = ""
    by: str = ""
    reason: str = ""
    skipped: bool = False
    usual_at: datetime | None = None
    again: bool = False

    @property
    def planned_at(self) -> datetime:
        """When it was due before anything moved it."""
        return self.usual_at or self.due_at

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
            "cause": self.cause,
            "by": self.by,
            "reason": self.reason,
            "skipped": self.skipped,
            "usual_at": self.usual_at.isoformat() if self.usual_at else None,
            "again": self.again,
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
            cause=each.get("cause", ""),
            by=each.get("by", ""),
            reason=each.get("reason", ""),
            skipped=each.get("skipped", False),
            usual_at=datetime.fromisoformat(each["usual_at"]) if each.get("usual_at") else None,
            again=each.get("again", False),
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
    return tuple(_moved(rung, to) if index == step else rung for index, rung in enumerate(ladder))


def resumed(ladder: Ladder, taken: int, *, at: datetime) -> Ladder:
    """What is left of a ladder after `taken` rungs, the first of it due at `at` and the others as far behind it as they were.

    At the top the last rung comes again: a matter never has nobody left to go to.
    """
    left = ladder[taken:] or ladder[-1:]
    return tuple(as_new(rung, at + max(rung.planned_at - left[0].planned_at, NOTHING)) for rung in left)


def whole(ladder: Ladder) -> Ladder:
    """The ladder without what was put in on its way."""
    return tuple(rung for rung in ladder if not rung.again and rung.name != LAST_RESORT)


def as_new(rung: Rung, due_at: datetime) -> Rung:
    """The rung as if nothing had happened to it, due then."""
    return replace(rung, due_at=due_at, cause="", by="", reason="", skipped=False, usual_at=None, again=False)


def _moved(rung: Rung, to: datetime) -> Rung:
    return rung if rung.due_at <= to else replace(rung, due_at=to, usual_at=rung.planned_at)


def because(ladder: Ladder, step: int, occasion: Occasion) -> Ladder:
    """The ladder with rung `step` naming the event that brings it."""
    said = partial(replace, cause=occasion.cause.value, by=occasion.by, reason=occasion.reason)
    return tuple(said(rung) if index == step else rung for index, rung in enumerate(ladder))


def jumped(ladder: Ladder, taken: int, step: int, occasion: Occasion, *, at: datetime) -> Ladder:
    """The ladder that goes on with rung `step` at `at`: those between are passed over."""
    ladder = because(pulled_forward(ladder, step, to=at), step, occasion)
    return tuple(
        _moved(_passed(rung, occasion), at) if taken <= index < step else rung for index, rung in enumerate(ladder)
    )


def skipped(ladder: Ladder, step: int, occasion: Occasion, *, at: datetime) -> Ladder:
    """The ladder without rung `step`, which is passed over at `at`; those after it keep their instants."""
    return tuple(_moved(_passed(rung, occasion), at) if index == step else rung for index, rung in enumerate(ladder))


def repeated(ladder: Ladder, taken: int, step: int, occasion: Occasion, *, at: datetime) -> Ladder:
    """The ladder in which rung `step` comes again at `at`, before what is left of it."""
    again = replace(as_new(ladder[step], at), again=True)
    return because((*ladder[:taken], again, *ladder[taken:]), taken, occasion)


def _passed(rung: Rung, occasion: Occasion) -> Rung:
    return replace(rung, skipped=True, cause=occasion.cause.value, by=occasion.by, reason=occasion.reason)
