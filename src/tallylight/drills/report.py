"""What a drill found, as one JSON object: when each thing happened, and which promises held. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tallylight.drills.request import DrillRequest, Kind
from tallylight.kernel.clock import rfc3339

#: From hurting the node to the first notice accepted by the mail server, at most (s): what the product promises of itself.
NOTICE_WITHIN_S = {Kind.LATENCY: 4.0, Kind.DEAD: 4.0, Kind.LOSS: 15.0}

#: The moments of a drill, in the order in which they come.
MOMENTS = (
    "breached",
    "alert",
    "incident",
    "ticket",
    "mail_accepted",
    "acknowledged",
    "escalated",
    "healed",
    "recovered",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One promise: whether it held (None: not decided yet, its clock still runs), what was measured, what is allowed."""

    promise: str
    held: bool | None
    measured: str
    allowed: str


@dataclass(frozen=True, slots=True)
class TicketSeen:
    """A ticket the drill caused. Times are None while they have not come; durations in seconds."""

    id: UUID
    customer: str
    level: str
    opened_at: datetime
    response_allowed_s: float
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    recovery_notices: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """All that has been seen of a drill up to now."""

    breached_at: datetime | None = None
    alert_at: datetime | None = None
    incident: UUID | None = None
    incident_at: datetime | None = None
    affected: tuple[str, ...] = ()
    tickets: tuple[TicketSeen, ...] = ()
    mails_accepted: tuple[datetime, ...] = ()
    escalated_at: datetime | None = None
    recovered_at: datetime | None = None

    def moments(self, healed_at: datetime | None) -> dict[str, datetime | None]:
        """Each moment by name; None where it has not come."""
        return {
            "breached": self.breached_at,
            "alert": self.alert_at,
            "incident": self.incident_at,
            "ticket": min((ticket.opened_at for ticket in self.tickets), default=None),
            "mail_accepted": min(self.mails_accepted, default=None),
            "acknowledged": min(
                (ticket.acknowledged_at for ticket in self.tickets if ticket.acknowledged_at), default=None
            ),
            "escalated": self.escalated_at,
            "healed": healed_at,
            "recovered": self.recovered_at,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished drill: the request, its two instants, what was seen, what it would cost and how promises stand."""

    request: DrillRequest
    injected_at: datetime
    healed_at: datetime | None
    ended_at: datetime
    seen: Seen
    credit: Mapping[str, Any] = field(default_factory=dict)
    attainment: Sequence[Verdict] = ()

    def as_json(self) -> dict[str, Any]:
        """The report, ready for `json.dumps`; times are RFC 3339 in UTC, `seconds` count from the injection."""
        moments = self.seen.moments(self.healed_at)
        return {
            "kind": self.request.kind.value,
            "node": self.request.node,
            "amount": self.request.amount,
            "unit": self.request.kind.unit,
            "injected_at": rfc3339(self.injected_at),
            **{f"{name}_at": rfc3339(at) if at else None for name, at in moments.items()},
            "incident": str(self.seen.incident) if self.seen.incident else None,
            "tickets": [str(ticket.id) for ticket in self.seen.tickets],
            "seconds": {name: _since(self.injected_at, at) for name, at in moments.items()},
            "mails_accepted": [_since(self.injected_at, at) for at in sorted(self.seen.mails_accepted)],
            "credit": dict(self.credit),
            "promises": [
                {"promise": v.promise, "held": v.held, "measured": v.measured, "allowed": v.allowed}
                for v in self.promises()
            ],
        }

    def promises(self) -> list[Verdict]:
        """How each promise stands at the end of the drill."""
        return [
            self._notice(),
            self._everyone_has_a_ticket(),
            *(self._response(ticket) for ticket in self.seen.tickets),
            *(_recovery_told_once(ticket) for ticket in self.seen.tickets if self.seen.recovered_at),
            *self.attainment,
        ]

    def _notice(self) -> Verdict:
        allowed = NOTICE_WITHIN_S[self.request.kind]
        took = _since(self.injected_at, min(self.seen.mails_accepted, default=None))
        return Verdict(
            promise="somebody is told",
            held=took is not None and took <= allowed,
            measured="never" if took is None else f"{took:.3f} s",
            allowed=f"{allowed:g} s",
        )

    def _everyone_has_a_ticket(self) -> Verdict:
        having = {ticket.customer for ticket in self.seen.tickets}
        return Verdict(
            promise="every affected customer has a ticket before complaining",
            held=bool(self.seen.affected) and having >= set(self.seen.affected),
            measured=f"{len(having)} tickets",
            allowed=f"{len(self.seen.affected)} affected customers",
        )

    def _response(self, ticket: TicketSeen) -> Verdict:
        taken = ((ticket.acknowledged_at or self.ended_at) - ticket.opened_at).total_seconds()
        in_time = taken <= ticket.response_allowed_s
        running = ticket.acknowledged_at is None and in_time
        return Verdict(
            promise=f"response to {ticket.customer} ({ticket.level})",
            held=None if running else in_time,
            measured=f"{taken:.1f} s" + ("" if ticket.acknowledged_at else " without an answer"),
            allowed=f"{ticket.response_allowed_s:g} s",
        )


def _recovery_told_once(ticket: TicketSeen) -> Verdict:
    return Verdict(
        promise=f"recovery is announced to {ticket.customer} once",
        held=ticket.recovery_notices == 1,
        measured=str(ticket.recovery_notices),
        allowed="1",
    )


def _since(start: datetime, at: datetime | None) -> float | None:
    return None if at is None else round((at - start).total_seconds(), 3)
