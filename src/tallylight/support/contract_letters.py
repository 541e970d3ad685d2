"""What both sides of a contract are told by mail about a proposal, each in their own language and time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard
from tallylight.contracts import api as contracts
from tallylight.contracts.api import ProposalDetail, ProposalState, Side
from tallylight.notify import api as notify


def proposed(proposal_id: UUID, *, now: datetime) -> None:
    """Tell whoever may sign, on both sides, but not whoever proposed it."""
    detail = contracts.proposal_by_id(proposal_id)
    if detail:
        readers = [each for each in _signers(detail) if each.id != detail.card.proposed_by_id]
        _send("proposed", detail, readers, now=now)


def signed(proposal_id: UUID, *, now: datetime) -> None:
    """Tell whoever may sign for the side that is left."""
    detail = contracts.proposal_by_id(proposal_id)
    if detail and detail.card.signatures:
        first = detail.card.signatures[0]
        readers = [each for side in detail.card.waits_for() for each in _signers_of(detail, side)]
        _send("signed", detail, readers, now=now, first=first)


def accepted(proposal_id: UUID, *, now: datetime) -> None:
    """Tell all of the customer's people and those who sign for the provider."""
    detail = contracts.proposal_by_id(proposal_id)
    if detail is None or detail.card.version_id is None:
        return
    customer = accounts.members_of(detail.card.organisation_id)
    version, _source, _agreement = contracts.version(detail.card.organisation_id, detail.card.version_id)
    _send("accepted", detail, [*customer, *_signers_of(detail, Side.PROVIDER)], now=now, version=version)


def not_accepted(proposal_id: UUID, *, now: datetime) -> None:
    """Tell whoever may sign how it ended. What took the place of a superseded proposal has a letter of its own."""
    detail = contracts.proposal_by_id(proposal_id)
    if detail and detail.card.state is not ProposalState.SUPERSEDED:
        _send("not_accepted", detail, _signers(detail), now=now, state=detail.card.state.value)


def _signers(detail: ProposalDetail) -> list[PersonCard]:
    return [each for side in Side for each in _signers_of(detail, side)]


def _signers_of(detail: ProposalDetail, side: Side) -> list[PersonCard]:
    """Those who may sign for a side; everybody of it where nobody may yet, since somebody has to see to that."""
    if side is Side.CUSTOMER:
        home = detail.card.organisation_id
        return accounts.signers_of(home) or accounts.members_of(home)
    staff = accounts.staff()
    return [each for each in staff if each.may_sign] or staff


def _send(template: str, detail: ProposalDetail, readers: Iterable[PersonCard], *, now: datetime, **facts: Any) -> None:
    card = detail.card
    for person in readers:
        to = notify.Recipient(person.email, person.locale, person.timezone, person.name, person.id)
        content = notify.compose(
            f"support/mail/contract_{template}.txt",
            to,
            proposal=card,
            title=detail.agreement.title.said(person.locale),
            customer=detail.agreement.customer.name,
            provider=detail.agreement.provider.name,
            changes=contracts.headline(detail.changes, person.locale) if detail.changes else "",
            page=f"{settings.PUBLIC_URL}/contract/proposals/{card.id}",
            **facts,
        )
        key = f"contract:{card.id}:{template}:{person.id}"
        notify.send(key, to=to, content=content, now=now, about=card.id)
