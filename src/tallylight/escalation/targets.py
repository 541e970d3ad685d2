"""Whom a rung means. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tallylight.accounts.api import PersonCard
from tallylight.escalation.ladder import Rung


def targets(rung: Rung, staff: Sequence[PersonCard], *, owner: UUID | None) -> list[PersonCard]:
    """The person it names, if that one is there; else the owner, if it is the owner's role; else everybody in the role.

    `staff` are the provider's people who can be reached. Nobody (an empty list) means that the rung can't be taken.
    """
    named = [each for each in staff if rung.person and each.email.lower() == rung.person.lower()]
    in_role = [each for each in staff if each.role.value == rung.role]
    return named or [each for each in in_role if each.id == owner] or in_role
