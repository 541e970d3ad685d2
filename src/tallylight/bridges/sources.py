"""Where people for seats are looked for, kept by managers, and who is found there at an instant."""

from __future__ import annotations

from datetime import datetime

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Role, TeamUnknown, Viewer, audit, require, require_staff
from tallylight.bridges.errors import SourceUnknown
from tallylight.bridges.models import SeatSource
from tallylight.bridges.seats import USUAL, Seat, Source
from tallylight.escalation import api as escalation
from tallylight.escalation.api import Rung
from tallylight.oncall import api as oncall
from tallylight.oncall.api import ScheduleUnknown


def sources() -> dict[Seat, Source]:
    """Of every seat."""
    kept = {Seat(row.seat): Source(row.schedule, row.team, Role(row.role)) for row in SeatSource.objects.all()}
    return {seat: kept.get(seat, USUAL[seat]) for seat in Seat}


def sources_for(viewer: Viewer) -> dict[Seat, Source]:
    """The same for the provider's staff. Raises RoleRequired."""
    require_staff(viewer)
    return sources()


def set_source(viewer: Viewer, seat: Seat, source: Source) -> None:
    """Look for people for a seat elsewhere. For managers. Raises RoleRequired, SourceUnknown."""
    require(viewer, Role.MANAGER)
    try:
        if source.schedule:
            oncall.schedule(source.schedule)
        if source.team:
            accounts.team(source.team)
    except (ScheduleUnknown, TeamUnknown):
        raise SourceUnknown from None
    if source.role is Role.MEMBER:
        raise SourceUnknown
    kept = {"schedule": source.schedule, "team": source.team, "role": source.role}
    SeatSource.objects.update_or_create(seat=seat, defaults=kept)
    audit(viewer, "bridges.set-source", seat.value, **kept)


def found_for(seat: Seat, *, at: datetime) -> list[PersonCard]:
    """Who could hold a seat at an instant: whoever is on call, else the people of the team, else those in the role."""
    source = sources()[seat]
    rung = Rung(seat.value, source.role.value, (), at, None, source.schedule or None, source.team or None)
    return escalation.meant(rung, at)
