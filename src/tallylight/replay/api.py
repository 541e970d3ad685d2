"""The door of the replay room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from tallylight.accounts.api import Role, Viewer, organisation_by_slug, require
from tallylight.contracts import api as contracts
from tallylight.replay import jobs, runs
from tallylight.replay.errors import NoSuchPeriod, PeriodNotPast, PeriodTooLong
from tallylight.replay.period import MOST_MONTHS
from tallylight.replay.plain import fault_told
from tallylight.replay.replaying import Progress, asked
from tallylight.replay.replaying import replay as _replay
from tallylight.replay.runs import KEPT_FOR, Fault, RunCard, RunState
from tallylight.replay.values import (
    ClockCase,
    ClockLine,
    ClockSide,
    Cost,
    LevelChange,
    MonthCost,
    ObjectiveLine,
    ObjectiveSide,
    Outcome,
    Replay,
    Tally,
    TicketRef,
)
from tallylight.replay.words import clock_word, lead, outcome_word, promise_word

__all__ = [
    "KEPT_FOR",
    "MOST_MONTHS",
    "ClockCase",
    "ClockLine",
    "ClockSide",
    "Cost",
    "Fault",
    "LevelChange",
    "MonthCost",
    "NoSuchPeriod",
    "ObjectiveLine",
    "ObjectiveSide",
    "Outcome",
    "PeriodNotPast",
    "PeriodTooLong",
    "Progress",
    "Replay",
    "RunCard",
    "RunState",
    "Tally",
    "TicketRef",
    "ask",
    "clock_word",
    "fault_told",
    "lead",
    "outcome_word",
    "promise_word",
    "replay",
    "result",
    "run",
    "runs_of",
]


def replay(
    source: str,
    over: str,
    *,
    now: datetime,
    customer: str = "",
    progress: Callable[[Progress], None] = lambda _: None,
) -> Replay:
    """A draft (YAML) over a period of a customer's past: `2026-10`, `2026-08..2026-10`, `last-90-days`, or dates.

    For the machine's owner at the command line, who waits for it; `customer` is a slug, the draft's own where it is empty.
    Months are taken whole, at most `MOST_MONTHS`. Raises ContractInvalid, OrganisationUnknown, NoSuchPeriod, PeriodNotPast,
    PeriodTooLong, sla's NothingPromised, telemetry's HistoryAway.
    """
    draft = contracts.read(source)
    found = organisation_by_slug(customer or draft.customer.slug)
    return _replay(asked(found, draft, over, now=now), progress=progress)


def ask(viewer: Viewer, source: str, over: str, *, now: datetime, customer: str = "") -> RunCard:
    """The same in the background, for managers: it is worked on by `tally worker` and can be read for `KEPT_FOR`.

    Whoever asks the same again before it is answered gets the same run. Raises RoleRequired, ContractInvalid,
    OrganisationUnknown, NoSuchPeriod, PeriodNotPast, PeriodTooLong, sla's NothingPromised; nothing is kept then.
    """
    require(viewer, Role.MANAGER)
    return runs.ask(viewer, source, over, now=now, customer=customer, then=jobs.enqueue)


def run(viewer: Viewer, run_id: UUID, *, now: datetime) -> RunCard:
    """How far a replay is. For managers. Raises RoleRequired, NotFound, also once it was kept long enough."""
    require(viewer, Role.MANAGER)
    return runs.run(viewer, run_id, now=now)


def result(viewer: Viewer, run_id: UUID, *, now: datetime) -> Replay:
    """What a replay that is done says. For managers. Raises RoleRequired, NotFound."""
    require(viewer, Role.MANAGER)
    return runs.result(viewer, run_id, now=now)


def runs_of(viewer: Viewer, organisation_id: UUID, *, now: datetime) -> list[RunCard]:
    """A customer's latest replays, the last first. For managers. Raises RoleRequired."""
    require(viewer, Role.MANAGER)
    return runs.runs_of(viewer, organisation_id, now=now)
