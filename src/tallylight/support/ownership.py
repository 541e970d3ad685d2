"""Who owns a new ticket. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from tallylight.accounts.api import PersonCard
from tallylight.support.skills import Need, Profile, full, knows, speaks


def choose_owner(
    asked: Sequence[PersonCard],
    others: Sequence[PersonCard],
    pending: Mapping[UUID, int],
    *,
    profiles: Mapping[UUID, Profile] | None = None,
    need: Need | None = None,
) -> PersonCard | None:
    """Of the people whom the ladder's first step means: who has room, speaks the customer's language, has the skill, and has the
    fewest pending tickets, in this order of weight; the longest serving among equals.

    Somebody else of the staff if it means nobody; None only if there is no staff at all, for a ticket always has an owner.
    Both sequences are in order of service, `pending` counts the tickets that somebody owns now.
    """
    known, wanted = profiles or {}, need or Need()

    def unfit(person: PersonCard) -> tuple[bool, bool, bool, int]:
        profile, load = known.get(person.id), pending.get(person.id, 0)
        return full(profile, load), not speaks(profile, wanted), not knows(profile, wanted), load

    return min(asked or others, key=unfit, default=None)
