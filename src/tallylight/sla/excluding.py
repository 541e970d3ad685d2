"""Taking slices out of the count: only of a kind the contract allows, with its notice, its limit and its approver.

An exclusion belongs to one customer. One that is asked for all customers becomes a row for each whose contract allows it; the
others keep their slices in the count, and it is said why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tallylight.accounts.api import Role, Viewer, audit, organisations, require, require_staff, roles_from
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, ExclusionKind, ExclusionRule
from tallylight.fleet import api as fleet
from tallylight.kernel.errors import TallyError, gettext_noop
from tallylight.kernel.events import SlicesExcluded, publish
from tallylight.sla import measured, sealing
from tallylight.sla.errors import (
    AnnouncedLater,
    BadExclusion,
    KindNotAllowed,
    NotAnnounced,
    NothingPromised,
    OverloadIsMeasured,
    TooMuchMaintenance,
)
from tallylight.sla.models import UNSTATED, Exclusion
from tallylight.sla.report import months_between

MOST_DAYS = 32
#: The longest exclusion.
MOST = timedelta(days=MOST_DAYS)
NOTHING, HOUR = timedelta(0), timedelta(hours=1)
#: What readers call the kinds, to be translated where it is shown.
KIND_TEXTS = {
    ExclusionKind.MAINTENANCE.value: gettext_noop("Maintenance"),
    ExclusionKind.CUSTOMER.value: gettext_noop("Caused by the customer"),
    ExclusionKind.FORCE_MAJEURE.value: gettext_noop("Force majeure"),
    UNSTATED: gettext_noop("Kind not recorded"),
}
#: A stretch of time, its end not part of it.
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Use:
    """A use of an exclusion as it is asked for. `region` empty: everywhere; `announced_at`: when customers were told of it."""

    kind: ExclusionKind
    region: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    announced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A customer (its slug) whose slices stay in the count, and why."""

    organisation: str
    fault: TallyError


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What an exclusion became: a row for each customer it holds for, and those it does not hold for."""

    rows: tuple[Exclusion, ...]
    left_out: tuple[LeftOut, ...] = ()


def exclude(use: Use, *, organisation_id: UUID | None, by: Viewer, now: datetime) -> TakenOut:
    """Take slices out of the count of one customer, or of all whose contract allows it (None), the viewer approving.

    Raises RoleRequired, BadExclusion, AnnouncedLater, RegionUnknown, OverloadIsMeasured, and where it holds for nobody:
    NothingPromised, KindNotAllowed, NotAnnounced, TooMuchMaintenance.
    """
    require_staff(by)
    _expect_sound(use, now)
    if organisation_id is not None:
        return TakenOut((_take_out(use, organisation_id, by, now),))
    return _of_everybody(use, by, now)


def _expect_sound(use: Use, now: datetime) -> None:
    """What no contract can change."""
    known = [each.code for each in fleet.regions()]
    if use.region and use.region not in known:
        raise fleet.RegionUnknown(region=use.region, known=", ".join(known))
    if not NOTHING < use.ends_at - use.starts_at <= MOST or not use.reason.strip():
        raise BadExclusion(days=MOST_DAYS)
    if use.announced_at is not None and use.announced_at > now:
        raise AnnouncedLater
    if use.kind is ExclusionKind.OVERLOAD:
        raise OverloadIsMeasured


@transaction.atomic
def _of_everybody(use: Use, by: Viewer, now: datetime) -> TakenOut:
    rows: list[Exclusion] = []
    left_out: list[LeftOut] = []
    for card in sorted(organisations(), key=lambda each: each.id):  # locked in one order, whoever asks
        try:
            rows.append(_take_out(use, card.id, by, now))
        except NothingPromised:
            continue
        except TallyError as fault:
            left_out.append(LeftOut(card.slug, fault))
    if not rows:
        raise left_out[0].fault if left_out else NothingPromised
    return TakenOut(tuple(rows), tuple(left_out))


@transaction.atomic
def _take_out(use: Use, organisation_id: UUID, by: Viewer, now: datetime) -> Exclusion:
    """One customer's exclusion; its chain is held, so that two at a time can't exceed the limit together."""
    sealing.hold_chain(organisation_id)
    segments = contracts.segments_between(organisation_id, use.starts_at, use.ends_at)
    if not segments:
        raise NothingPromised
    for segment in segments:
        _expect_allowed(use, organisation_id, segment.agreement, by)
    row = Exclusion.objects.create(
        organisation_id=organisation_id,
        kind=use.kind.value,
        region=use.region,
        starts_at=use.starts_at,
        ends_at=use.ends_at,
        announced_at=use.announced_at,
        reason=use.reason.strip(),
        approved_by_id=by.person_id,
        approved_at=now,
    )
    audit(by, "sla.exclude", str(row.id), kind=row.kind, reason=row.reason)
    publish(SlicesExcluded(organisation_id, row.id, row.starts_at, row.ends_at, now))
    return row


def _expect_allowed(use: Use, organisation_id: UUID, agreement: Agreement, by: Viewer) -> None:
    """Whether the contract allows this use, approved by `by`."""
    rule = next((each for each in agreement.exclusions if each.kind is use.kind), None)
    if rule is None:
        allowed = ", ".join(each.kind.value for each in agreement.exclusions) or "-"
        raise KindNotAllowed(number=agreement.number, kind=use.kind.value, allowed=allowed)
    require(by, *roles_from(Role(rule.approver)))
    if use.kind is ExclusionKind.MAINTENANCE:
        _expect_announced(use, rule)
        _expect_within_limit(use, organisation_id, rule, agreement.timezone)


def _expect_announced(use: Use, rule: ExclusionRule) -> None:
    notice = rule.notice or NOTHING
    if use.announced_at is None or use.starts_at - use.announced_at < notice:
        raise NotAnnounced(hours=_hours(notice))


def _expect_within_limit(use: Use, organisation_id: UUID, rule: ExclusionRule, timezone: str) -> None:
    """Whether each of the customer's months that the maintenance touches has room for it."""
    if rule.most_a_month is None:
        return
    rows = measured.concerning(organisation_id).filter(kind=ExclusionKind.MAINTENANCE.value)
    for month, (start, end) in months_between(use.starts_at, use.ends_at, timezone):
        others = rows.filter(starts_at__lt=end, ends_at__gt=start).values_list("starts_at", "ends_at")
        taken = length_within([(use.starts_at, use.ends_at), *others], start, end)
        if taken > rule.most_a_month:
            raise TooMuchMaintenance(month=month, hours=_hours(taken), most=_hours(rule.most_a_month))


def length_within(spans: Iterable[Span], start: datetime, end: datetime) -> timedelta:
    """How much of `[start, end)` lies within any of the spans; what several cover counts once."""
    covered, reached = NOTHING, start
    for first, last in sorted(spans):
        first, last = max(first, reached), min(last, end)
        if first < last:
            covered, reached = covered + (last - first), last
    return covered


def _hours(span: timedelta) -> str:
    return f"{span / HOUR:.4g}"
