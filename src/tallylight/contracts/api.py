"""The door of the contracts room: agreements as values, and which of them applied when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from tallylight.accounts.api import Viewer, organisations
from tallylight.contracts import proposing, reading, services, signing
from tallylight.contracts.agreement import (
    Agreement,
    Answer,
    Attain,
    Channel,
    Combine,
    Condition,
    Contact,
    CreditBase,
    CreditForm,
    CreditTable,
    ExclusionKind,
    ExclusionRule,
    Level,
    Metric,
    MissCredit,
    Objective,
    OutageCredit,
    Party,
    Pause,
    Promise,
    Promised,
    Rounding,
    SeverityRule,
    Source,
    Statistic,
    Step,
    SupportLevel,
    Threshold,
    Tier,
    UnknownCounts,
)
from tallylight.contracts.canonical import canonical
from tallylight.contracts.commercial import (
    Arrears,
    ArrearsAction,
    ArrearsStep,
    Capacity,
    Change,
    ChangeKind,
    ChangeNotice,
    Duty,
    EventBooking,
    Exit,
    ExtraService,
    FeeEffect,
    Fees,
    LateFee,
    Meter,
    Package,
    Privacy,
    RecurringFee,
    Regime,
    RegionCapacity,
    Retention,
    Scope,
    Side,
    SubProcessor,
    Tax,
    Term,
    Transfer,
    UsageFee,
    UsageMode,
    UsageTier,
    Wording,
)
from tallylight.contracts.days_off import NoSuchPlace, NotICalendar, public_holidays
from tallylight.contracts.diff import Amendment, Effect, NoticedChange, Said, amendment, conclusion, headline, said
from tallylight.contracts.errors import ContractInvalid, NoContract, WrongCustomer
from tallylight.contracts.lint import lint
from tallylight.contracts.models import ContractVersion
from tallylight.contracts.problem import Problem, Told, told
from tallylight.contracts.proposal import ProposalCard, ProposalState, SignatureCard
from tallylight.contracts.proposals import ProposalDetail
from tallylight.contracts.proposals import by_id as proposal_by_id
from tallylight.contracts.proposals import detail as proposal
from tallylight.contracts.proposals import of as proposals_for
from tallylight.contracts.proposing import STANDS
from tallylight.contracts.severity import IncidentFacts, severity_of
from tallylight.contracts.signing import Hand
from tallylight.contracts.text import agreement_text
from tallylight.contracts.text.names import clock as clock_word
from tallylight.contracts.text.names import level as level_word
from tallylight.contracts.text.names import objective as objective_word
from tallylight.contracts.text.objectives import good_when, unknown_counts
from tallylight.contracts.text.words import Words
from tallylight.contracts.yaml_text import MAX_BYTES

__all__ = [
    "MAX_BYTES",
    "STANDS",
    "Agreement",
    "Amendment",
    "Answer",
    "Arrears",
    "ArrearsAction",
    "ArrearsStep",
    "Attain",
    "Capacity",
    "Change",
    "ChangeKind",
    "ChangeNotice",
    "Channel",
    "Combine",
    "Condition",
    "Contact",
    "ContractInvalid",
    "CreditBase",
    "CreditForm",
    "CreditTable",
    "Duty",
    "Effect",
    "EventBooking",
    "ExclusionKind",
    "ExclusionRule",
    "Exit",
    "ExtraService",
    "FeeEffect",
    "Fees",
    "Hand",
    "InForce",
    "IncidentFacts",
    "LateFee",
    "Level",
    "Meter",
    "Metric",
    "MissCredit",
    "NoContract",
    "NoSuchPlace",
    "NotICalendar",
    "NoticedChange",
    "Objective",
    "OutageCredit",
    "Package",
    "Party",
    "Pause",
    "Privacy",
    "Problem",
    "Promise",
    "Promised",
    "ProposalCard",
    "ProposalDetail",
    "ProposalState",
    "RecurringFee",
    "Regime",
    "RegionCapacity",
    "Retention",
    "Rounding",
    "Said",
    "Scope",
    "Segment",
    "SeverityRule",
    "Side",
    "SignatureCard",
    "Source",
    "Statistic",
    "Step",
    "SubProcessor",
    "SupportLevel",
    "Tax",
    "Term",
    "Threshold",
    "Tier",
    "Told",
    "Transfer",
    "UnknownCounts",
    "UsageFee",
    "UsageMode",
    "UsageTier",
    "VersionCard",
    "Wording",
    "Words",
    "WrongCustomer",
    "agreement_text",
    "all_in_force",
    "amendment",
    "clock_word",
    "conclusion",
    "decline",
    "good_when",
    "headline",
    "in_force",
    "level_word",
    "lint",
    "objective_word",
    "pinned",
    "proposal",
    "proposal_by_id",
    "proposals_for",
    "propose",
    "public_holidays",
    "put_in_force",
    "read",
    "said",
    "segments_between",
    "severity_of",
    "sign",
    "told",
    "unknown_counts",
    "version",
    "versions",
    "withdraw",
]


@dataclass(frozen=True, slots=True)
class VersionCard:
    """A stored contract version. `effective_to` is the end of a term that does not renew, else None.

    `proposal_id` leads to both sides' signatures; None: it was accepted outside Tallylight.
    """

    id: UUID
    organisation_id: UUID
    number: str
    sha256: str
    effective_from: datetime
    effective_to: datetime | None
    accepted_at: datetime
    accepted_by: UUID | None
    proposal_id: UUID | None


class InForce(NamedTuple):
    """An organisation's agreement at the instant that was asked for."""

    organisation_id: UUID
    slug: str
    agreement: Agreement
    sha256: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time under one contract version; `start` is inside, `end` is not."""

    start: datetime
    end: datetime
    agreement: Agreement
    sha256: str


def read(source: str) -> Agreement:
    """The agreement in a YAML text. Raises ContractInvalid with every fault and its place."""
    return reading.read(source).agreement


def put_in_force(organisation_id: UUID, source: str, by: Viewer | None, now: datetime) -> VersionCard:
    """Store a contract as the organisation's next segment, once; publishes ContractAmended.

    The first contract applies from the date it names; an amendment from that date or `now`, whichever is later.
    Raises ContractInvalid, WrongCustomer, or OrganisationUnknown.
    """
    return card(services.put_in_force(organisation_id, source, by=by, now=now))


def in_force(organisation_id: UUID, at: datetime) -> Agreement | None:
    """What applied to the organisation at `at`: one query. None before the first contract and after a term that ended."""
    row = _light().filter(organisation_id=organisation_id, effective_from__lte=at).first()
    return _agreement(row) if row and _lasts(row, at) else None


def all_in_force(at: datetime) -> list[InForce]:
    """Every customer's agreement at `at`, by slug."""
    latest = (
        _light()
        .filter(effective_from__lte=at)
        .order_by("organisation_id", "-effective_from", "-id")
        .distinct("organisation_id")
    )
    rows = {row.organisation_id: row for row in latest if _lasts(row, at)}
    found = [
        InForce(each.id, each.slug, _agreement(rows[each.id]), rows[each.id].sha256)
        for each in organisations()
        if each.id in rows
    ]
    return sorted(found, key=lambda each: each.slug)


def segments_between(organisation_id: UUID, start: datetime, end: datetime) -> list[Segment]:
    """The stretches of `[start, end)` under each contract version, in order; time without a contract is left out."""
    rows = _light().filter(organisation_id=organisation_id, effective_from__lt=end)
    segments: list[Segment] = []
    until = end
    for row in rows:
        if until <= start:
            break
        first = max(row.effective_from, start)
        last = min(until, row.effective_to or until)
        if first < last:
            segments.insert(0, Segment(first, last, _agreement(row), row.sha256))
        until = min(until, row.effective_from)
    return segments


def versions(organisation_id: UUID) -> list[VersionCard]:
    """Every version ever put in force for the organisation, the latest first."""
    return [card(row) for row in ContractVersion.objects.filter(organisation_id=organisation_id)]


def pinned(organisation_id: UUID, sha256: str) -> tuple[str, bytes]:
    """The source text of a version by its hash, and the canonical bytes that are hashed. Raises NoContract."""
    row = ContractVersion.objects.filter(organisation_id=organisation_id, sha256=sha256).first()
    if row is None:
        raise NoContract(version=sha256)
    return row.source, canonical(row.document)


def version(organisation_id: UUID, version_id: UUID) -> tuple[VersionCard, str, Agreement]:
    """One version with its source text and what it says. Raises NoContract."""
    row = ContractVersion.objects.filter(organisation_id=organisation_id, id=version_id).first()
    if row is None:
        raise NoContract(version=version_id)
    return card(row), row.source, _agreement(row)


def propose(
    viewer: Viewer,
    organisation_id: UUID,
    source: str,
    *,
    now: datetime,
    note: str = "",
    stands: timedelta = STANDS,
    replaces: UUID | None = None,
) -> ProposalCard:
    """Offer a text as the organisation's next version; publishes ContractProposed. See `proposing.propose` for its errors."""
    made = proposing.propose(viewer, organisation_id, source, now=now, note=note, stands=stands, replaces=replaces)
    return proposal(viewer, made.id).card


def sign(viewer: Viewer, proposal_id: UUID, hand: Hand, *, now: datetime) -> ProposalCard:
    """Accept a proposal for the viewer's side; publishes ContractSigned, or ContractAccepted and ContractAmended with the
    second side's signature. See `signing.sign` for its errors."""
    return proposal(viewer, signing.sign(viewer, proposal_id, hand, now=now).id).card


def decline(viewer: Viewer, proposal_id: UUID, reason: str, *, now: datetime) -> ProposalCard:
    """Say no to the other side's proposal; publishes ContractNotAccepted. See `proposing.decline` for its errors."""
    return proposal(viewer, proposing.decline(viewer, proposal_id, reason, now=now).id).card


def withdraw(viewer: Viewer, proposal_id: UUID, reason: str = "", *, now: datetime) -> ProposalCard:
    """Take back one's own side's proposal; publishes ContractNotAccepted. See `proposing.withdraw` for its errors."""
    return proposal(viewer, proposing.withdraw(viewer, proposal_id, reason, now=now).id).card


def card(row: ContractVersion) -> VersionCard:
    """A row as other rooms see it."""
    return VersionCard(
        row.id,
        row.organisation_id,
        row.number,
        row.sha256,
        row.effective_from,
        row.effective_to,
        row.accepted_at,
        row.accepted_by_id,
        row.proposal_id,
    )


#: Agreements by the hash that pins them: what was read once stays true, and every alert asks for all of them.
_read: dict[str, Agreement] = {}
KEPT = 4_096


def _light() -> QuerySet[ContractVersion]:
    """Versions without their long texts, which are only fetched of one whose agreement is not known yet."""
    return ContractVersion.objects.defer("source", "document")


def _agreement(row: ContractVersion) -> Agreement:
    found = _read.get(row.sha256)
    if found is None:
        if len(_read) >= KEPT:
            _read.clear()
        found = _read[row.sha256] = reading.of_document(row.document).agreement
    return found


def _lasts(row: ContractVersion, at: datetime) -> bool:
    return row.effective_to is None or at < row.effective_to
