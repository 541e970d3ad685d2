"""What becomes of the clocks when one ticket is merged into another. Pure.

The earlier promise survives: what the merged ticket still owed, the surviving one owes, no later than it was due there. Nothing
of the surviving ticket becomes looser, and what was broken on either stays broken there, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tallylight.clocks.api import Calendar, Kind, Reading, State
from tallylight.kernel.business_time import open_time
from tallylight.support.states import Promise

MERGED = "merged"
OWED = (State.RUNNING, State.PAUSED, State.WAITING)


@dataclass(frozen=True, slots=True)
class Step:
    """An event that merging adds to a clock's log; `target` for a tighter one."""

    kind: Kind
    reason: str = MERGED
    target: timedelta | None = None


def steps(
    promise: Promise,
    source: Reading,
    target: Reading | None,
    calendar: Calendar | None,
    *,
    in_hand: bool,
    now: datetime,
) -> tuple[list[Step], list[Step]]:
    """What is added to the clock of the merged ticket and to that of the surviving one (which is in somebody's hands or not).

    - Overdue on the merged one: it ends there, broken; the other one's clock is left alone, for it is not broken twice.
    - A response, while the surviving ticket is in hand: answered by the merging, for somebody who can act has it from then on.
    - Whatever else is owed: called off there. Here it opens again if it was answered, goes on if it stood still and the
      other one did not, and is due no later than it was there.
    """
    if source.state is State.OVERDUE:
        return [Step(Kind.SATISFIED)], []
    if source.state not in OWED:
        return [], []
    if promise is Promise.RESPONSE and in_hand:
        return [Step(Kind.SATISFIED)], []
    if target is None or calendar is None:
        return [Step(Kind.CANCELLED)], []
    return [Step(Kind.CANCELLED)], list(_taken_over(source, target, calendar, now=now))


def _taken_over(source: Reading, target: Reading, calendar: Calendar, *, now: datetime) -> list[Step]:
    found: list[Step] = []
    if target.state in (State.MET, State.MISSED, State.CANCELLED):
        found.append(Step(Kind.REOPENED))
    if target.paused and not source.paused:
        found.append(Step(Kind.RESUMED))
    if target.state is State.OVERDUE or source.due_at is None:
        return found
    tighter = target.counted + open_time(calendar, now, max(source.due_at, now))
    if tighter < target.target:
        found.append(Step(Kind.RETARGETED, target=tighter))
    return found
