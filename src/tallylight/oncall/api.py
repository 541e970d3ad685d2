"""The door of `oncall`: who is on call at an instant and why, who will be, and where nobody is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tallylight.kernel.business_time import Span
from tallylight.kernel.lazy import Lazy
from tallylight.oncall.cards import (
    MOST_DAYS,
    LayerCard,
    OnCall,
    ScheduleCard,
    Shift,
    Standing,
    expect_window,
    gaps_in,
    layer_cards,
    on_call_rows,
    schedule_card,
    schedule_row,
    shifts_in,
    shifts_of_person,
    standings,
)
from tallylight.oncall.covers import (
    Imported,
    LeftOut,
    OverrideCard,
    cover,
    import_calendar,
    overrides_of,
    withdraw_override,
)
from tallylight.oncall.errors import ScheduleUnknown
from tallylight.oncall.feeds import FeedCard, feed, feeds_of, make_feed, revoke_feed
from tallylight.oncall.loading import WEEKDAYS, rota_of
from tallylight.oncall.models import OnHolidays, Schedule, SwapState
from tallylight.oncall.rota import By, Duty, Unit, layer_duties
from tallylight.oncall.schedules import (
    MOST_EVERY,
    MOST_PLACES,
    MOST_WARN_DAYS,
    WARN_DAYS,
    LayerWanted,
    add_layer,
    change_layer,
    change_schedule,
    layer_of,
    make_schedule,
    move_layer,
    remove_layer,
    remove_schedule,
)
from tallylight.oncall.swaps import SwapCard, accept_swap, ask_swap, decline_swap, swaps_of, withdraw_swap

__all__ = [
    "MOST_DAYS",
    "MOST_EVERY",
    "MOST_PLACES",
    "MOST_WARN_DAYS",
    "WARN_DAYS",
    "WEEKDAYS",
    "By",
    "Duty",
    "FeedCard",
    "Imported",
    "LayerCard",
    "LayerWanted",
    "LeftOut",
    "OnCall",
    "OnHolidays",
    "OverrideCard",
    "ScheduleCard",
    "ScheduleUnknown",
    "Shift",
    "Span",
    "Standing",
    "SwapCard",
    "SwapState",
    "Unit",
    "accept_swap",
    "add_layer",
    "ask_swap",
    "change_layer",
    "change_schedule",
    "cover",
    "decline_swap",
    "feed",
    "feeds_of",
    "gaps",
    "import_calendar",
    "layer_of",
    "layer_shifts",
    "layers",
    "make_feed",
    "make_schedule",
    "move_layer",
    "on_call",
    "overrides_of",
    "remove_layer",
    "remove_schedule",
    "revoke_feed",
    "schedule",
    "schedules",
    "shifts",
    "shifts_of",
    "standing",
    "swaps_of",
    "withdraw_override",
    "withdraw_swap",
]


def schedules() -> Lazy[ScheduleCard]:
    """Every schedule, by name."""
    return Lazy(Schedule.objects.order_by("name", "slug"), schedule_card)


def schedule(slug: str) -> ScheduleCard:
    """One schedule. Raises ScheduleUnknown."""
    return schedule_card(schedule_row(slug))


def layers(slug: str) -> list[LayerCard]:
    """A schedule's layers, the lowest first. Raises ScheduleUnknown."""
    return layer_cards(schedule_row(slug))


def on_call(slug: str, at: datetime) -> list[OnCall]:
    """Who is on call at `at`, and why; nobody is an empty list. Raises ScheduleUnknown."""
    row = schedule_row(slug)
    return on_call_rows([row], at)[row.id]


def standing(at: datetime, slug: str | None = None) -> list[Standing]:
    """How every schedule, or one of them, stands at `at`: who has it, until when, who follows, the gaps ahead.

    Raises ScheduleUnknown.
    """
    rows = [schedule_row(slug)] if slug else list(Schedule.objects.order_by("name", "slug"))
    return standings(rows, at)


def shifts(slug: str, start: datetime, end: datetime) -> list[Shift]:
    """The final schedule from `start` to `end`, gaps and all. Raises ScheduleUnknown, EndsBeforeStart, WindowTooLong."""
    return shifts_in(schedule_row(slug), start, end)


def shifts_of(person_id: UUID, start: datetime, end: datetime) -> list[Shift]:
    """When somebody is on call, on any schedule. Raises EndsBeforeStart, WindowTooLong."""
    return shifts_of_person(person_id, start, end)


def gaps(slug: str, start: datetime, end: datetime) -> list[Span]:
    """When nobody is on call. Raises ScheduleUnknown, EndsBeforeStart, WindowTooLong."""
    row = schedule_row(slug)
    expect_window(start, end)
    return gaps_in(rota_of(row, start, end), start, end)


def layer_shifts(slug: str, start: datetime, end: datetime) -> dict[UUID, tuple[Duty, ...]]:
    """Each layer by itself, before those above it and overrides are laid on it. Raises as `shifts`."""
    row = schedule_row(slug)
    expect_window(start, end)
    rota = rota_of(row, start, end)
    return {each.id: layer_duties(each, rota.zone, start, end) for each in rota.layers}
