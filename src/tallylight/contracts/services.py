"""Putting a contract in force."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tallylight.accounts.api import Viewer, audit, organisation
from tallylight.contracts.agreement import Agreement
from tallylight.contracts.errors import TermIsOver, WrongCustomer
from tallylight.contracts.models import ContractVersion, Proposal
from tallylight.contracts.proposal import applies_from
from tallylight.contracts.reading import Reading, read
from tallylight.contracts.settling import lapse_what_followed_another, one_at_a_time
from tallylight.kernel.clock import rfc3339
from tallylight.kernel.events import ContractAmended, publish


@transaction.atomic
def put_in_force(organisation_id: UUID, source: str, *, by: Viewer | None, now: datetime) -> ContractVersion:
    """Store `source`, accepted outside Tallylight, as the organisation's next segment and tell the rooms above.

    The first contract applies from the date it names, even a past one. An amendment applies from that date or from `now`,
    whichever is later: what already applied is never rewritten. A text that is in force, or waiting to be, is left alone.
    An open proposal lapses, since the contract that it would follow is amended.
    Raises ContractInvalid, WrongCustomer, TermIsOver, or OrganisationUnknown.
    """
    reading = read(source)
    expect_customer(reading, organisation(organisation_id).slug)
    one_at_a_time(organisation_id)
    segments = ContractVersion.objects.filter(organisation_id=organisation_id)
    present = segments.filter(effective_from__lte=now).first()
    waiting = Q(effective_from__gt=now) | Q(id=present.id if present else None)
    known = segments.filter(waiting, sha256=reading.sha256).first()
    if known:
        return known
    lapse_what_followed_another(organisation_id, now=now)
    named = reading.agreement.effective_from
    starts = applies_from(named, now) if segments.exists() else named
    return _store(ContractVersion(organisation_id=organisation_id, source=source), reading, starts, by=by, now=now)


def put_proposal_in_force(proposal: Proposal, *, by: Viewer, now: datetime) -> ContractVersion:
    """Store what both sides have just signed, in the caller's transaction, which holds the organisation's lock.

    Raises ContractInvalid when the text, sound when it was proposed, isn't any more.
    """
    reading = read(proposal.source)
    row = ContractVersion(organisation_id=proposal.organisation_id, source=proposal.source, proposal=proposal)
    return _store(row, reading, applies_from(reading.agreement.effective_from, now), by=by, now=now)


def expect_a_term(agreement: Agreement, starts: datetime) -> None:
    """Raises TermIsOver when nothing is left of the term at `starts`."""
    if agreement.ends_at and agreement.ends_at <= starts:
        raise TermIsOver(ends=rfc3339(agreement.ends_at))


def expect_customer(reading: Reading, slug: str) -> None:
    """Raises WrongCustomer when the text is for somebody else."""
    named = reading.agreement.customer.slug
    if named != slug:
        raise WrongCustomer(named=named, asked=slug)


def _store(
    row: ContractVersion, reading: Reading, starts: datetime, *, by: Viewer | None, now: datetime
) -> ContractVersion:
    expect_a_term(reading.agreement, starts)
    row.number, row.sha256, row.document = reading.agreement.number, reading.sha256, reading.document
    row.effective_from, row.effective_to = starts, reading.agreement.ends_at
    row.accepted_at, row.accepted_by_id = now, by.person_id if by else None
    row.save()
    audit(by, "contract.put-in-force", str(row.id), number=row.number, sha256=row.sha256)
    publish(ContractAmended(organisation=row.organisation_id, version=row.sha256, at=row.effective_from))
    return row
