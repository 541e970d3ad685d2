"""Who owns a new ticket. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from tallylight.accounts.api import PersonCard


def choose_owner(
    asked: Sequence[PersonCard], others: Sequence[PersonCard], pending: Mapping[UUID, int]
) -> PersonCard | None:
    """Of the people whom the ladder's first step means, the one with the fewest pending tickets; the longest serving among
    equals. Somebody else of the staff if it means nobody; None only if there is no staff at all.

    Both sequences are in order of service, `pending` counts the tickets that somebody owns now.
    """
    candidates = asked or others
    return min(candidates, key=lambda each: pending.get(each.id, 0)) if candidates else None
