"""The demo's on-call schedule, which follows the sun, and its teams. Harmless when repeated: what is there is left as it is."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Role, Viewer
from tallylight.oncall import api as oncall
from tallylight.oncall.api import LayerWanted, ScheduleUnknown, Unit

SCHEDULE = "follow-the-sun"
#: Each layer's zone, its hours, and who serves then, by the login's first part. Together they leave no hour of the week out.
LAYERS = (
    ("Americas", "America/New_York", ("08:00-22:00",), ("manager", "admin")),
    ("Europe", "Europe/Berlin", ("08:00-16:00",), ("agent",)),
    ("Asia", "Asia/Singapore", ("07:00-15:00",), ("engineer",)),
)
TEAMS = {"frontline": ("Front line", ("agent",)), "network": ("Network", ("engineer", "manager"))}


def set_up(provider: str, *, now: datetime) -> None:
    """Make the teams and the schedule where they are missing; in the name of the demo's administrator."""
    staff = {each.email.partition("@")[0]: each for each in accounts.staff()}
    admin = _viewer(staff["admin"], accounts.organisation_by_slug(provider).id, provider)
    known = {each.slug for each in accounts.teams()}
    for slug, (name, members) in TEAMS.items():
        if slug not in known:
            accounts.make_team(admin, slug, name)
            for member in members:
                accounts.join_team(admin, slug, staff[member].id)
    try:
        oncall.schedule(SCHEDULE)
    except ScheduleUnknown:
        _schedule(admin, staff, now=now)


def _schedule(admin: Viewer, staff: dict[str, PersonCard], *, now: datetime) -> None:
    oncall.make_schedule(admin, SCHEDULE, "Follow the sun", "UTC")
    for name, zone, hours, people in LAYERS:
        wanted = LayerWanted(
            name=name,
            people=tuple(staff[each].id for each in people),
            starts=(now - timedelta(weeks=4)).date(),
            at=time(9),
            unit=Unit.WEEKS,
            weekday=0,
            zone=zone,
            hours={day: list(hours) for day in oncall.WEEKDAYS},
        )
        oncall.add_layer(admin, SCHEDULE, wanted)


def _viewer(person: PersonCard, organisation: UUID, slug: str) -> Viewer:
    return Viewer(
        person_id=person.id,
        organisation_id=organisation,
        organisation_slug=slug,
        role=Role.ADMIN,
        is_provider=True,
        name=person.name,
        locale=person.locale,
        timezone=person.timezone,
    )
