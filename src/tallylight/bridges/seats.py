"""Who sits on a bridge: its seats, where people for them are looked for, and who is chosen. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from tallylight.accounts.api import PersonCard, Role
from tallylight.kernel.errors import gettext_noop


class Seat(StrEnum):
    """The commander decides, communications speaks to customers, experts mend. One person each; experts may be several."""

    COMMANDER = "commander"
    COMMUNICATIONS = "communications"
    EXPERTS = "experts"

    @property
    def shared(self) -> bool:
        """Whether several people may hold it at once."""
        return self is Seat.EXPERTS


#: What people call them.
SEAT_NAMES = {
    Seat.COMMANDER: gettext_noop("Commander"),
    Seat.COMMUNICATIONS: gettext_noop("Communications"),
    Seat.EXPERTS: gettext_noop("Experts"),
}

#: How long an offer of a seat stands: on a bridge nobody waits longer for an answer.
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Source:
    """Where people for a seat are looked for: whoever is on call in `schedule`, else in `team`, else in `role`."""

    schedule: str = ""
    team: str = ""
    role: Role = Role.MANAGER


USUAL = {
    Seat.COMMANDER: Source(role=Role.MANAGER),
    Seat.COMMUNICATIONS: Source(role=Role.AGENT),
    Seat.EXPERTS: Source(role=Role.ENGINEER),
}


def seated(found: Mapping[Seat, Sequence[PersonCard]], taken: Collection[UUID] = ()) -> dict[Seat, PersonCard | None]:
    """Somebody for each seat of those found for it, in their order; None: nobody was found.

    Nobody sits twice as long as somebody else was found for the seat: `taken` are those who sit already.
    """
    busy, chosen = set(taken), dict[Seat, PersonCard | None]()
    for seat in sorted(found, key=lambda each: len(found[each])):
        people = found[seat]
        chosen[seat] = next((each for each in people if each.id not in busy), people[0] if people else None)
        if person := chosen[seat]:
            busy.add(person.id)
    return {seat: chosen[seat] for seat in found}
