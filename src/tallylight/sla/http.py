"""Routes: a month's report, its slices one by one, exclusions."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Instant, Pages, Viewer, organisation_by_slug, viewer_of
from tallylight.contracts.api import ExclusionKind
from tallylight.kernel import clock
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Fact, Sentence
from tallylight.sla import api, measurements_http
from tallylight.sla.attainment import decimal
from tallylight.sla.evidence import http as evidence_http

router = Router()
router.add_router("", evidence_http.router)
router.add_router("", measurements_http.router)

#: What is shown where no time is given.
LATELY = timedelta(days=1)


class AmountOut(Schema):
    minor: int
    currency: str
    text: str


class CreditOut(Schema):
    amount: AmountOut
    percent: Decimal
    steps: list[str]


class CountsOut(Schema):
    good: int
    bad: int
    unknown: int
    excluded: int


class RowOut(Schema):
    region: str
    objective: str
    promise: str
    statistic: str
    slice_s: int
    attain: str
    bound: float
    unit: str
    target: Decimal
    counts: CountsOut
    good: Decimal
    counted: int
    spared: int
    overloaded: int
    attained: Decimal | None
    kept: bool | None
    remaining: int
    at_best: Decimal | None
    budget_minutes: int
    lost_minutes: Decimal


class MissOut(Schema):
    case: str
    clock: str
    level: str
    at: datetime
    text: str


class SegmentOut(Schema):
    start: datetime
    end: datetime
    number: str
    sha256: str
    fee: AmountOut
    minutes: int
    of: int
    rows: list[RowOut]
    misses: list[MissOut]
    credit: CreditOut
    credit_at_best: CreditOut


class SettlementOut(Schema):
    earned: AmountOut
    owed: AmountOut
    state: str
    pays: str
    until: datetime | None
    steps: list[str]


class ReportOut(Schema):
    organisation_id: UUID
    month: str
    timezone: str
    start: datetime
    end: datetime
    until: datetime
    segments: list[SegmentOut]
    credits: list[AmountOut]
    credits_at_best: list[AmountOut]
    settlements: list[SettlementOut]


class SliceOut(Schema):
    at: datetime
    verdict: str
    counts_as: str
    figure: float | None
    bound: float
    sent: int
    node: str | None
    exclusion: str
    reason: str


class ExclusionOut(Schema):
    id: UUID
    organisation_id: UUID | None
    kind: str
    region: str
    starts_at: datetime
    ends_at: datetime
    announced_at: datetime | None
    reason: str
    approved_by: UUID
    approved_at: datetime


class LeftOutOut(Schema):
    organisation: str
    code: str
    why: str


class TakenOutOut(Schema):
    exclusions: list[ExclusionOut]
    left_out: list[LeftOutOut]


class ExclusionIn(Schema):
    organisation: str = Field(
        "", max_length=63, description="The customer's slug; empty: all customers whose contract allows it."
    )
    kind: ExclusionKind = Field(
        description="Why, as contracts tell it apart; overload is measured and can't be asked for."
    )
    region: str = Field("", max_length=64, description="The region's code; empty: all regions.")
    starts_at: Instant
    ends_at: Instant
    announced_at: Instant | None = Field(None, description="When customers were told; maintenance needs it.")
    reason: str = Field(min_length=1, max_length=500)


@router.get("/sla/months/{month}", response=ReportOut, summary="A month's service report")
def month_report(request: HttpRequest, month: str, organisation: str = "") -> dict[str, Any]:
    """Promises kept and broken in a month (`2026-11`) to date, and the credit it would mean, step by step.

    The provider's staff names the organisation; a customer gets its own.
    """
    return _report(api.month_report(_organisation(viewer_of(request), organisation), month, clock.now()))


@router.post("/sla/months/{month}/claim", response=ReportOut, summary="Claim a month's credit")
def claim(request: HttpRequest, month: str) -> dict[str, Any]:
    """For a customer's members, once the month (`2026-10`) is over, within the window the contract gives.

    Answers the month, whose `settlements` say what is owed now. Claiming again changes nothing.
    """
    return _report(api.claim(month, by=viewer_of(request), now=clock.now()))


@router.get("/sla/slices", response=list[SliceOut], summary="One-minute slices")
@paginate(Pages)
def slices(
    request: HttpRequest,
    *,
    region: str,
    objective: str,
    organisation: str = "",
    start: Instant | None = None,
    end: Instant | None = None,
    verdict: Literal["good", "bad", "unknown", "excluded"] | None = None,
) -> api.SlicePage:
    """Every minute of a time (the last day where none is given, 32 days at most) as one objective judged it."""
    now = clock.now()
    last = end or now
    first = start or last - LATELY
    return api.explain_slices(
        _organisation(viewer_of(request), organisation),
        region,
        objective,
        first,
        last,
        now=now,
        only=api.Verdict[verdict.upper()] if verdict else None,
    )


@router.get("/sla/exclusions", response=list[ExclusionOut], summary="Exclusions that concern me")
@paginate(Pages)
def exclusions(request: HttpRequest) -> Any:
    """Minutes taken out of the count, with who approved it and why, the latest first."""
    return api.exclusions_visible_to(viewer_of(request))


@router.post("/sla/exclusions", response={201: TakenOutOut}, summary="Take minutes out of the count")
def exclude(request: HttpRequest, exclusion: ExclusionIn) -> Status[dict[str, Any]]:
    """Who asks approves it, in the role that the customer's contract names for the kind, or above.

    Without a customer it holds for all whose contract allows it; `left_out` names the others, and why.
    """
    viewer = viewer_of(request)
    named = exclusion.organisation
    use = api.Use(**exclusion.dict(exclude={"organisation"}))
    organisation_id = organisation_by_slug(named).id if named else None
    cards, left_out = api.exclude(use, organisation_id=organisation_id, by=viewer, now=clock.now())
    return Status(201, {"exclusions": cards, "left_out": [_left_out(each) for each in left_out]})


def _left_out(left: api.LeftOut) -> dict[str, Any]:
    fault = left.fault
    return {"organisation": left.organisation, "code": fault.code, "why": gettext(fault.title) % fault.facts}


def _organisation(viewer: Viewer, slug: str) -> UUID:
    return organisation_by_slug(slug).id if slug and viewer.is_provider else viewer.organisation_id


def _report(report: api.Report) -> dict[str, Any]:
    return {
        "organisation_id": report.organisation_id,
        "month": report.month,
        "timezone": report.timezone,
        "start": report.start,
        "end": report.end,
        "until": report.until,
        "segments": [_segment(each) for each in report.segments],
        "credits": [_amount(each) for each in report.credits],
        "credits_at_best": [_amount(each) for each in report.credits_at_best],
        "settlements": [_settlement(each) for each in report.settlements],
    }


def _settlement(settlement: api.Settlement) -> dict[str, Any]:
    return {
        "earned": _amount(settlement.earned),
        "owed": _amount(settlement.owed),
        "state": settlement.state.value,
        "pays": settlement.pays.value,
        "until": settlement.until,
        "steps": [_said(each) for each in settlement.steps],
    }


def _segment(segment: api.SegmentReport) -> dict[str, Any]:
    return {
        "start": segment.start,
        "end": segment.end,
        "number": segment.number,
        "sha256": segment.sha256,
        "fee": _amount(segment.fee),
        "minutes": segment.part.minutes,
        "of": segment.part.of,
        "rows": [_row(each) for each in segment.rows],
        "misses": [_miss(each) for each in segment.misses],
        "credit": _credit(segment.credit),
        "credit_at_best": _credit(segment.credit_at_best),
    }


def _miss(miss: api.Miss) -> dict[str, Any]:
    return {
        "case": miss.case,
        "clock": miss.clock.value,
        "level": miss.level.value,
        "at": miss.at,
        "text": _said(api.miss_step(miss)),
    }


def _row(row: api.Row) -> dict[str, Any]:
    return {
        "region": row.region,
        "objective": row.objective.name,
        "promise": row.objective.promise.value,
        "statistic": row.objective.statistic.value,
        "slice_s": int(row.objective.slice.total_seconds()),
        "attain": row.objective.attain.value,
        "bound": row.objective.bound,
        "unit": row.unit,
        "target": row.objective.target,
        "counts": row.counts,
        "good": row.standing.good_shown,
        "counted": row.standing.counted,
        "spared": row.tally.spared,
        "overloaded": row.tally.overloaded,
        "attained": row.attained,
        "kept": row.kept,
        "remaining": row.remaining,
        "at_best": row.at_best,
        "budget_minutes": row.budget_minutes,
        "lost_minutes": decimal(row.lost_minutes),
    }


def _credit(credit: api.Credit) -> dict[str, Any]:
    return {
        "amount": _amount(credit.amount),
        "percent": credit.percent,
        "steps": [_said(each) for each in credit.steps],
    }


def _said(sentence: Sentence) -> str:
    return sentence.said(gettext, _shown)


def _shown(fact: Fact) -> str:
    return clock.rfc3339(fact) if isinstance(fact, datetime) else str(fact)


def _amount(amount: Money) -> dict[str, Any]:
    return {"minor": amount.minor, "currency": amount.currency, "text": str(amount)}
