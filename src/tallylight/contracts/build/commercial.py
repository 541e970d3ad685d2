"""Scope, term, capacity, fees and the notice of changes."""

from __future__ import annotations

from decimal import Decimal

from tallylight.contracts import quantities as q
from tallylight.contracts.build.words import Doc, maybe, wording, wordings
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
    ExtraService,
    FeeEffect,
    Fees,
    LateFee,
    Meter,
    Package,
    RecurringFee,
    RegionCapacity,
    Scope,
    Side,
    Tax,
    Term,
    UsageFee,
    UsageMode,
    UsageTier,
)


def term(entry: Doc) -> Term:
    """How long, and how it ends."""
    return Term(entry["months"], entry["renews"], entry["renewal_months"], entry["notice_days"])


def scope(entry: Doc) -> Scope:
    """Where the service begins and ends."""
    return Scope(
        included=wordings(entry["included"]),
        extra=tuple(ExtraService(wording(each["name"]), q.money(each["fee"]), each["per"]) for each in entry["extra"]),
        excluded=wordings(entry["excluded"]),
        duties=tuple(Duty(Side(each["side"]), wording(each["what"])) for each in entry["duties"]),
    )


def capacity(entry: Doc) -> Capacity:
    """How much there is, how fast it grows and what that costs."""
    return Capacity(
        regions=tuple(RegionCapacity(**each) for each in entry["regions"]),
        scale_out=q.duration(entry["scale_out"]),
        on_demand=q.money(entry["on_demand"]),
        prepaid=maybe(entry, "prepaid", q.money),
        scale_in_notice=q.duration(entry["scale_in_notice"]),
        scale_in_effect=FeeEffect(entry["scale_in_effect"]),
        events=maybe(entry, "events", _events),
    )


def _events(entry: Doc) -> EventBooking:
    return EventBooking(q.duration(entry["notice"]), entry["most"], q.money(entry["price"]))


def fees(entry: Doc) -> Fees:
    """What is paid, when, and what follows when it is not."""
    return Fees(
        monthly=q.money(entry["monthly"]),
        recurring=tuple(map(_recurring, entry["recurring"])),
        usage=tuple(map(_usage, entry["usage"])),
        packages=tuple(map(_package, entry["packages"])),
        due_days=entry["due_days"],
        late_fee=maybe(entry, "late_fee", lambda each: LateFee(q.percent(each["a_year"]), q.percent(each["cap"]))),
        arrears=maybe(entry, "arrears", _arrears),
        tax=maybe(entry, "tax", lambda each: Tax(each["name"], q.percent(each["rate"]), each["included"])),
    )


def _recurring(entry: Doc) -> RecurringFee:
    return RecurringFee(wording(entry["name"]), q.money(entry["amount"]), entry.get("service"))


def _usage(entry: Doc) -> UsageFee:
    return UsageFee(
        name=entry["name"],
        meter=Meter(entry["meter"]),
        included=Decimal(entry["included"]),
        mode=UsageMode(entry["mode"]),
        tiers=tuple(UsageTier(maybe(each, "up_to", Decimal), q.unit_price(each["price"])) for each in entry["tiers"]),
    )


def _package(entry: Doc) -> Package:
    return Package(
        name=entry["name"],
        meter=Meter(entry["meter"]),
        quantity=Decimal(entry["quantity"]),
        price=q.money(entry["price"]),
        lasts_days=entry["lasts_days"],
    )


def _arrears(entry: Doc) -> Arrears:
    steps = tuple(ArrearsStep(each["after_days"], ArrearsAction(each["action"])) for each in entry["steps"])
    return Arrears(steps, q.duration(entry["restore_within"]))


def changes(entry: Doc) -> ChangeNotice:
    """The notice that each kind of change needs."""
    return ChangeNotice(**{kind.value: Change(**entry[kind.value]) for kind in ChangeKind})
