"""Addresses to which nothing is sent: because mail came back, because somebody complained, or because somebody said so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.accounts.api import Viewer, audit
from tallylight.notify.errors import NotSuppressed
from tallylight.notify.letter import Outcome, Receipt, Why
from tallylight.notify.models import Suppression

#: RFC 3463: 5.1.x says of the address itself that it is wrong for good; 5.2.1 that the mailbox is disabled. Everything else that
#: is refused for good is about this one message.
GONE = re.compile(r"(?:^|\s)5\.(?:1\.(?:1|2|3|6|10)|2\.1)(?:\s|$)")


@dataclass(frozen=True, slots=True)
class SuppressionCard:
    """An address to which nothing is sent (`lifted_at` None), or was not for a time."""

    id: UUID
    address: str
    reason: Why
    evidence: str
    created_at: datetime
    by: str
    lifted_at: datetime | None
    lifted_by: str
    lift_reason: str


def suppress(address: str, reason: Why, evidence: str, *, now: datetime, by: Viewer | None = None) -> SuppressionCard:
    """Send nothing to this address any more. `evidence` is how we know: the server's words, the bounce, the complaint.

    What is on its way to it fails, and those who have another way are told that way. A second reason changes nothing.
    """
    plain = _plain(address)
    with transaction.atomic():
        row = Suppression(address=plain, reason=reason, evidence=evidence, created_at=now, by_id=_person(by))
        Suppression.objects.bulk_create([row], ignore_conflicts=True)
        kept = Suppression.objects.select_related("by", "lifted_by").get(address=plain, lifted_at=None)
        if kept.pk == row.pk:
            audit(by, "suppression.made", str(row.pk), address=plain, reason=reason.value)
    return _card(kept)


def lift(viewer: Viewer, suppression_id: UUID, reason: str, *, now: datetime) -> SuppressionCard:
    """Send to the address again. Raises NotSuppressed if there is no such suppression, or it was lifted before."""
    with transaction.atomic():
        open_ones = Suppression.objects.select_for_update(of=("self",)).select_related("by")
        row = open_ones.filter(pk=suppression_id, lifted_at=None).first()
        if row is None:
            raise NotSuppressed
        row.lifted_at, row.lifted_by_id, row.lift_reason = now, viewer.person_id, reason
        row.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        audit(viewer, "suppression.lifted", str(row.pk), address=row.address, reason=reason)
    return _card(row)


def suppressions(*, address: str = "") -> list[SuppressionCard]:
    """Those in force first, then the lifted; the newest first. `address` picks those whose address holds it."""
    rows = Suppression.objects.select_related("by", "lifted_by").filter(address__contains=_plain(address))
    return sorted((_card(row) for row in rows.order_by("-id")), key=lambda card: card.lifted_at is not None)


def suppressed(addresses: Iterable[str]) -> dict[str, str]:
    """Of these addresses those to which nothing is sent, each with the reason and how we know."""
    plain = {each: _plain(each) for each in addresses}
    rows = Suppression.objects.filter(address__in=set(plain.values()), lifted_at=None)
    why = {row.address: f"{row.reason}: {row.evidence}".removesuffix(": ") for row in rows}
    return {each: why[address] for each, address in plain.items() if address in why}


def is_gone(receipt: Receipt) -> bool:
    """Whether the server says that there is no such mailbox, and not only that it does not want this message."""
    return receipt.outcome is Outcome.PERMANENT and receipt.code is not None and bool(GONE.search(receipt.reply))


def is_gone_by(status: str) -> bool:
    """Whether an enhanced status code (RFC 3463) says by itself that there is no such mailbox."""
    return bool(GONE.fullmatch(status.strip()))


def _plain(address: str) -> str:
    return address.strip().casefold()


def _person(viewer: Viewer | None) -> UUID | None:
    return viewer.person_id if viewer else None


def _card(row: Suppression) -> SuppressionCard:
    return SuppressionCard(
        id=row.pk,
        address=row.address,
        reason=Why(row.reason),
        evidence=row.evidence,
        created_at=row.created_at,
        by=row.by.name if row.by else "",
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by.name if row.lifted_by else "",
        lift_reason=row.lift_reason,
    )
