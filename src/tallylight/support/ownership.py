"""Who owns a new ticket. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from tallylight.accounts.api import PersonCard


def choose_owner(
    in_role: Sequence[PersonCard], others: Sequence[PersonCard], pending: Mapping[UUID, int]
) -> PersonCard | None:
    """Of the people in the role of the ladder's first step, the one with the fewest pending tickets; the longest serving
    among equals. Somebody else of the staff if nobody holds the role; None only if there is no staff at all.

    Both sequences are in order of service, `pending` counts the tickets that somebody owns now.
    """
    candidates = in_role or others
    return min(candidates, key=lambda each: pending.get(each.id, 0)) if candidates else None
