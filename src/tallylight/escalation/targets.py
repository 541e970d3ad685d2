"""Whom a rung means: `targets` is pure, `reached` looks up who is on call and who is in the team."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Role, TeamUnknown
from tallylight.escalation.ladder import Rung
from tallylight.oncall import api as oncall
from tallylight.oncall.api import ScheduleUnknown


def targets(
    rung: Rung,
    staff: Sequence[PersonCard],
    *,
    owner: UUID | None,
    on_call: Collection[UUID] = (),
    team: Collection[UUID] = (),
) -> list[PersonCard]:
    """The first of these that is there: the person it names, whoever is on call, the people of the team, those in the role.

    Of a team or a role the owner alone is asked, if it is among them. `staff` are the provider's people who can be reached,
    `on_call` and `team` those of the rung's schedule and team now. Nobody (an empty list) means that the rung can't be taken.
    """
    named = [each for each in staff if rung.person and each.email.lower() == rung.person.lower()]
    on_duty = [each for each in staff if each.id in on_call]
    in_team = [each for each in staff if each.id in team]
    in_role = [each for each in staff if each.role.value == rung.role]
    return named or on_duty or _own(in_team, owner) or _own(in_role, owner)


def reached(rung: Rung, staff: Sequence[PersonCard], *, owner: UUID | None, at: datetime) -> list[PersonCard]:
    """Whom the rung means at an instant. A schedule or team that is gone, or has nobody then, reaches nobody."""
    return targets(rung, staff, owner=owner, on_call=_on_call(rung, at), team=_in_team(rung))


def everybody(staff: Sequence[PersonCard]) -> list[PersonCard]:
    """Whom a matter goes to when a whole ladder reached nobody: the managers, without any all of the staff."""
    return [each for each in staff if each.role is Role.MANAGER] or list(staff)


def _own(people: list[PersonCard], owner: UUID | None) -> list[PersonCard]:
    return [each for each in people if each.id == owner] or people


def _on_call(rung: Rung, at: datetime) -> set[UUID]:
    try:
        return {each.person.id for each in oncall.on_call(rung.schedule, at)} if rung.schedule else set()
    except ScheduleUnknown:
        return set()


def _in_team(rung: Rung) -> set[UUID]:
    try:
        return {each.id for each in accounts.team_members(rung.team)} if rung.team else set()
    except TeamUnknown:
        return set()
