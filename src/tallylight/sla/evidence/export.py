"""Making the evidence of a month: what is sealed of it, gathered, computed, signed, and verified before it is handed out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from uuid import UUID

import zstandard
from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils import translation
from django.utils.translation import gettext

from tallylight.accounts.api import organisation, person
from tallylight.contracts import api as contracts
from tallylight.kernel.sentence import Sentence
from tallylight.sla import measured, sealing, services
from tallylight.sla.chain import GENESIS, Kind, Link, parsed
from tallylight.sla.columns import exact
from tallylight.sla.earned import Miss
from tallylight.sla.errors import NothingSealed
from tallylight.sla.evidence import keys, telling
from tallylight.sla.evidence.bundle import pack, readable
from tallylight.sla.models import Chain, ChainedExclusion, Exclusion, SealedLink, Series
from tallylight.sla.report import Report
from tallylight.sla.settlement import Settlement, settle_all

VERIFIER = "verify_tallylight_evidence.py"


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """An evidence file and what to call it."""

    name: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class ChainCard:
    """Where a chain stands: how many links, the hash of the last, and the first day that is not sealed."""

    links: int
    head: str
    sealed_to: date | None


def chain_card(organisation_id: UUID) -> ChainCard:
    """An organisation's chain; one without links has the hash of nothing."""
    row = Chain.objects.filter(organisation_id=organisation_id).first()
    return ChainCard(row.links, row.head, row.sealed_to) if row else ChainCard(0, GENESIS, None)


@cache
def verifier_text() -> bytes:
    """The program that recomputes an evidence file with nothing but Python's standard library."""
    return resources.files("tallylight.sla.evidence").joinpath(VERIFIER).read_bytes()


@transaction.atomic
def evidence_of(organisation_id: UUID, month: str, *, now: datetime) -> EvidenceFile:
    """The evidence of an organisation's month (`2026-11`), as far as it is sealed.

    Exclusions that are not in the chain yet are put there first. The same facts make the same bytes. Raises NoSuchMonth,
    NothingPromised, NothingSealed, or OrganisationUnknown.
    """
    sealing.chain_exclusions(organisation_id, now=now)
    report = services.month_report(organisation_id, month, now, sealed_only=True)
    if report.until <= report.start:
        raise NothingSealed(month=month)
    links = _links(organisation_id, report)
    card = organisation(organisation_id)
    facts = {
        "organisation": {"id": str(organisation_id), "name": card.name, "slug": card.slug},
        "month": month,
        "timezone": report.timezone,
        "start": exact(report.start),
        "end": exact(report.end),
        "until": exact(report.until),
        "contracts": sorted({each.sha256 for each in report.segments}),
        "chain": _ends(links),
    }
    files = dict(_files(report, links))
    return EvidenceFile(f"tallylight-evidence-{card.slug}-{month}.zip", pack(facts, files, keys.signer(now=now)))


def _links(organisation_id: UUID, report: Report) -> list[SealedLink]:
    """The stretch of the chain that holds the month's days, their corrections, and its exclusions."""
    first, last = _days(report)
    chain = SealedLink.objects.filter(organisation_id=organisation_id)
    exclusions = ChainedExclusion.objects.filter(
        organisation_id=organisation_id, exclusion__in=_exclusions(organisation_id, report)
    )
    needed = Q(day__range=(first, last)) | Q(number__in=exclusions.values("number"))
    edges = chain.filter(needed).aggregate(first=Min("number"), last=Max("number"))
    return list(chain.filter(number__range=(edges["first"], edges["last"])).order_by("number"))


def _days(report: Report) -> tuple[date, date]:
    """The first and the last UTC day that the month touches as far as it is sealed."""
    return report.start.astimezone(UTC).date(), (report.until - timedelta(microseconds=1)).astimezone(UTC).date()


def _ends(links: list[SealedLink]) -> dict[str, object]:
    return {
        "first": links[0].number,
        "after": parsed(links[0].body).after,
        "last": links[-1].number,
        "head": links[-1].sha256,
    }


def _exclusions(organisation_id: UUID, report: Report) -> Iterable[Exclusion]:
    rows = measured.concerning(organisation_id).filter(starts_at__lt=report.until, ends_at__gt=report.start)
    return rows.order_by("starts_at", "id")


def _files(report: Report, links: list[SealedLink]) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", telling.README.encode()
    yield VERIFIER, verifier_text()
    yield "chain.jsonl", "".join(row.body + "\n" for row in links).encode()
    yield "computation.json", readable(telling.computation(report, _settled(report), _said))
    yield "signatures.json", readable([telling.version(*each) for each in _accepted(report)])
    yield "promises.json", readable([telling.broken_promise(miss) for miss in _broken(report)])
    exclusions = _exclusions(report.organisation_id, report)
    yield "exclusions.json", readable([telling.exclusion(sealing.exempted(row), _name(row)) for row in exclusions])
    for sha256 in {segment.sha256 for segment in report.segments}:
        source, canonical = contracts.pinned(report.organisation_id, sha256)
        yield f"contracts/{sha256}.yaml", source.encode()
        yield f"contracts/{sha256}.json", canonical
    yield from _columns(report, links)


def _settled(report: Report) -> tuple[Settlement, ...]:
    """What becomes of the credits as of the instant up to which the month is sealed: the day of the export says nothing."""
    applied = contracts.segments_between(report.organisation_id, report.start, report.end)[-1]
    return settle_all(
        report.credits,
        applied.agreement.credit,
        month_end=report.end,
        timezone=report.timezone,
        now=report.until,
    )


def _broken(report: Report) -> list[Miss]:
    """The broken promises of the month, always in the same order."""
    found = (miss for each in report.segments for miss in each.misses)
    return sorted(found, key=lambda each: (each.at, each.case, each.clock, each.level))


def _accepted(report: Report) -> Iterator[tuple[contracts.VersionCard, tuple[contracts.SignatureCard, ...]]]:
    """The versions that applied in the month, and the signatures under them."""
    applied = {each.sha256 for each in report.segments}
    for version in reversed(contracts.versions(report.organisation_id)):
        if version.sha256 in applied and version.effective_from < report.end:
            signed = contracts.proposal_by_id(version.proposal_id) if version.proposal_id else None
            yield version, signed.card.signatures if signed else ()


def _columns(report: Report, links: list[SealedLink]) -> Iterator[tuple[str, bytes]]:
    """Verdicts and series of the days that the month touches."""
    series: set[str] = set()
    first, last = _days(report)
    for row in links:
        link = parsed(row.body)
        if row.day and first <= row.day <= last:
            yield verdicts_name(link), zstandard.decompress(row.verdicts)
            series |= {line.series for line in link.lines}
    for name, table in Series.objects.filter(sha256__in=series).values_list("sha256", "table"):
        yield f"series/{name}.csv", zstandard.decompress(table)


def verdicts_name(link: Link) -> str:
    """Where the verdicts of a day, or of a correction to it, lie."""
    return f"verdicts/{link.day}.txt" if link.kind is Kind.DAY else f"verdicts/{link.day}-correction-{link.number}.txt"


def _name(row: Exclusion) -> str:
    approver = person(row.approved_by_id)
    return approver.name if approver else str(row.approved_by_id)


def _said(sentence: Sentence, language: str) -> str:
    with translation.override(language):
        return sentence.said(gettext, telling.shown)
