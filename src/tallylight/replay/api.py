"""The door of the replay room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tallylight.accounts.api import OrganisationCard, Role, Viewer, organisation_by_slug, require
from tallylight.contracts import api as contracts
from tallylight.replay.errors import NoSuchPeriod, PeriodNotPast, PeriodTooLong
from tallylight.replay.period import MOST_MONTHS
from tallylight.replay.replaying import Progress
from tallylight.replay.replaying import replay as _replay
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
    "MOST_MONTHS",
    "ClockCase",
    "ClockLine",
    "ClockSide",
    "Cost",
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
    "Tally",
    "TicketRef",
    "clock_word",
    "lead",
    "outcome_word",
    "promise_word",
    "replay",
]


def replay(
    viewer: Viewer | None,
    source: str,
    over: str,
    *,
    now: datetime,
    customer: str = "",
    progress: Callable[[Progress], None] = lambda _: None,
) -> Replay:
    """A draft (YAML) over a period of a customer's past: `2026-10`, `2026-08..2026-10`, `last-90-days`, or dates.

    `customer` is a slug, the draft's own where it is empty. For managers; None is the machine's owner at the command line.
    Months are taken whole, at most `MOST_MONTHS`. Raises RoleRequired, ContractInvalid, OrganisationUnknown, NoSuchPeriod,
    PeriodNotPast, PeriodTooLong, sla's NothingPromised, telemetry's HistoryAway.
    """
    if viewer is not None:
        require(viewer, Role.MANAGER)
    draft = contracts.read(source)
    found: OrganisationCard = organisation_by_slug(customer or draft.customer.slug)
    return _replay(found, draft, over, now=now, progress=progress)
