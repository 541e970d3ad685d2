"""A contract on its way: proposed by one side, signed by both or settled otherwise. Pure values and rules, no I/O.

proposed ─┬─> accepted     both sides signed the same hash; a version is in force or waits for its day
          ├─> declined     the other side said no, with a reason
          ├─> withdrawn    the proposing side took it back
          ├─> superseded   either side proposed another text in its place
          └─> lapsed       its time ran out, or the contract it would amend was amended meanwhile
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tallylight.contracts.commercial import Side


class ProposalState(StrEnum):
    """Where a proposal stands. Every state but the first is for good."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class SignatureCard:
    """One signature, as it was given. `sha256` is what was signed, `language` the text that was read."""

    side: Side
    person_id: UUID
    name: str
    capacity: str
    role: str
    signed_at: datetime
    sha256: str
    language: str


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """A proposal without its text. `effective_from` is the date it names: it applies from then or from the second
    signature, whichever is later. `open_until` is when it lapses unsigned. `base_id` is the version it was written to follow.
    """

    id: UUID
    organisation_id: UUID
    number: str
    sha256: str
    state: ProposalState
    effective_from: datetime
    open_until: datetime
    base_id: UUID | None
    replaces_id: UUID | None
    note: str
    proposed_by_id: UUID
    proposed_by: str
    proposed_side: Side
    proposed_at: datetime
    settled_at: datetime | None
    settled_by: str
    reason: str
    version_id: UUID | None
    signatures: tuple[SignatureCard, ...]

    @property
    def is_open(self) -> bool:
        """Whether it can still be signed, as far as its state says; `stands` knows the hour."""
        return self.state is ProposalState.PROPOSED

    def stands(self, now: datetime) -> bool:
        """Whether it can still be signed at `now`."""
        return self.is_open and now < self.open_until

    def signature_of(self, side: Side) -> SignatureCard | None:
        """What `side` has signed, if it has."""
        return next((each for each in self.signatures if each.side is side), None)

    def waits_for(self) -> tuple[Side, ...]:
        """The sides that have not signed yet."""
        return tuple(side for side in Side if self.is_open and self.signature_of(side) is None)


def applies_from(effective_from: datetime, accepted_at: datetime) -> datetime:
    """From when a version applies that names `effective_from` and was accepted at `accepted_at`: nothing signed looks back."""
    return max(effective_from, accepted_at)
