"""Putting a contract in force."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from tallylight.accounts.api import Viewer, audit, organisation
from tallylight.contracts.errors import WrongCustomer
from tallylight.contracts.models import ContractVersion
from tallylight.contracts.reading import Reading, read
from tallylight.kernel.events import ContractAmended, publish


@transaction.atomic
def put_in_force(organisation_id: UUID, source: str, *, by: Viewer | None, now: datetime) -> ContractVersion:
    """Store `source` as the organisation's next segment and tell the rooms above.

    The first contract applies from the date it names, even a past one. An amendment applies from that date or from `now`,
    whichever is later: what already applied is never rewritten. A text that is in force, or waiting to be, is left alone.
    Raises ContractInvalid, WrongCustomer, or OrganisationUnknown.
    """
    reading = read(source)
    _expect_customer(reading, organisation(organisation_id).slug)
    _one_at_a_time(organisation_id)
    segments = ContractVersion.objects.filter(organisation_id=organisation_id)
    present = segments.filter(effective_from__lte=now).first()
    waiting = Q(effective_from__gt=now) | Q(id=present.id if present else None)
    known = segments.filter(waiting, sha256=reading.sha256).first()
    return known or _store(organisation_id, source, reading, by=by, now=now, first=not segments.exists())


def _expect_customer(reading: Reading, slug: str) -> None:
    named = reading.agreement.customer.slug
    if named != slug:
        raise WrongCustomer(named=named, asked=slug)


def _one_at_a_time(organisation_id: UUID) -> None:
    """Two people who apply a contract for the same organisation wait for each other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"contract:{organisation_id}"])


def _store(
    organisation_id: UUID, source: str, reading: Reading, *, by: Viewer | None, now: datetime, first: bool
) -> ContractVersion:
    agreement = reading.agreement
    row = ContractVersion.objects.create(
        organisation_id=organisation_id,
        number=agreement.number,
        sha256=reading.sha256,
        source=source,
        document=reading.document,
        effective_from=agreement.effective_from if first else max(agreement.effective_from, now),
        effective_to=agreement.ends_at,
        accepted_at=now,
        accepted_by_id=by.person_id if by else None,
    )
    audit(by, "contract.put-in-force", str(row.id), number=row.number, sha256=row.sha256)
    publish(ContractAmended(organisation=organisation_id, version=row.sha256, at=row.effective_from))
    return row
