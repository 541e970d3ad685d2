"""An agreement that says everything an agreement can say, with figures that are easy to find again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tallylight.contracts.agreement import (
    Agreement,
    Answer,
    Attain,
    Contact,
    CreditForm,
    ExclusionKind,
    ExclusionRule,
    Level,
    MissCredit,
    OutageCredit,
    Pause,
    Promise,
    Promised,
    Rounding,
    Source,
    SupportLevel,
    Tier,
    UnknownCounts,
)
from tallylight.contracts.commercial import (
    Arrears,
    ArrearsAction,
    ArrearsStep,
    Capacity,
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
from tallylight.contracts.reading import read
from tallylight.kernel.business_time import Calendar, Hours
from tallylight.kernel.money import Money

EXAMPLES = Path(__file__).parents[5] / "examples" / "contracts"


def example(name: str) -> Agreement:
    """One of the contracts that ship."""
    return read((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")).agreement


def plain() -> Agreement:
    """The starter agreement without the parts that may be left out."""
    starter = example("starter")
    support = tuple(replace(each, answer=Answer.TAKEN, pauses=(), contacts=()) for each in starter.support)
    return replace(starter, support=support, exclusions=(), capacity=None, privacy=None, exit=None)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def both(en: str, zh: str) -> Wording:
    return Wording({"en": en, "zh-Hans": zh})


def everything() -> Agreement:
    """The key account's agreement with every part that there is."""
    plain = example("key-account")
    return replace(
        plain,
        support=tuple(_support(each) for each in plain.support),
        objectives=(
            *(
                replace(
                    plain.objectives[0],
                    name=f"judged-{promise}",
                    promise=promise,
                    bound=bound,
                    source=Source.REPORTED,
                    slice=timedelta(minutes=5),
                    at_least_for=timedelta(minutes=place + 11),
                    attain=tuple(Attain)[place % 3],
                    unknown=tuple(UnknownCounts)[place % 3],
                    min_samples=6_001 + place,
                )
                for place, (promise, bound) in enumerate(
                    zip(Promise, (91.5, 210.0, 1.75, 31.0, 590.0, 0.65, 4.85), strict=True)
                )
            ),
            replace(plain.objectives[0], name="own-tiers", tiers=(Tier(Decimal("99.93"), Decimal("7.5")),)),
            plain.objectives[3],
        ),
        exclusions=(
            ExclusionRule(ExclusionKind.MAINTENANCE, "manager", timedelta(hours=73), timedelta(hours=7)),
            ExclusionRule(ExclusionKind.CUSTOMER, "engineer"),
            ExclusionRule(ExclusionKind.FORCE_MAJEURE, "manager"),
            ExclusionRule(ExclusionKind.OVERLOAD, "manager", load_multiple=Decimal("4.5")),
        ),
        credit=replace(
            plain.credit,
            cap=Decimal("87.5"),
            automatic=False,
            claim_days=61,
            rounding=Rounding.DOWN,
            minimum=usd("12.34"),
            pays=CreditForm.REFUND,
            outage=OutageCredit(Decimal("1.25")),
            misses=(
                MissCredit(Level.MAJOR, Promised.RESPONSE, Decimal("2.25"), Decimal("11.25")),
                MissCredit(Level.FAULT, Promised.MITIGATION, Decimal("1.15"), Decimal("6.9")),
            ),
        ),
        monthly_fee=usd("19850.00"),
        term=Term(months=26, renews=True, renewal_months=13, notice_days=46),
        fees=_fees(),
        scope=_scope(),
        capacity=Capacity(
            (RegionCapacity("me-central", 20_500, 81_000), RegionCapacity("us-east", 3_100, 9_300)),
            timedelta(minutes=14),
            usd("1.37"),
            usd("0.89"),
            timedelta(days=16),
            FeeEffect.NEXT_CYCLE,
            EventBooking(timedelta(hours=49), 251_000, usd("0.77")),
        ),
        privacy=_privacy(),
        exit=Exit(91, 32, ("Parquet", "JSON Lines"), 43, certificate=True),
    )


def _support(level: SupportLevel) -> SupportLevel:
    calendar = Calendar(
        "with-special-days",
        "Asia/Dubai",
        level.calendar.week,
        frozenset({date(2026, 12, 2)}),
        frozenset({(date(2026, 12, 31), (Hours(605, 750),)), (date(2027, 1, 7), ())}),
    )
    return replace(
        level,
        calendar=calendar if level.level is Level.BASIC else level.calendar,
        mitigation=timedelta(minutes=52) if level.level is Level.MAJOR else None,
        answer=Answer.ANSWERED if level.level is Level.MAJOR else Answer.TAKEN,
        pauses=(
            ()
            if level.level is Level.MAJOR
            else (
                Pause("waiting-for-customer", timedelta(hours=77)),
                Pause("Ramadan working hours", timedelta(minutes=95)),
            )
        ),
        contacts=(Contact("key-account-manager", "Layla Haddad", "+971 4 555 0199"),),
    )


def _fees() -> Fees:
    return Fees(
        monthly=usd("18600.00"),
        recurring=(RecurringFee(both("Reserved cores", "预留核心"), usd("1250.00"), "voice-rooms"),),
        usage=(
            UsageFee(
                "delivery",
                Meter.GIGABYTES,
                Decimal(50_500),
                UsageMode.GRADUATED,
                (
                    UsageTier(Decimal(100_250), Decimal("0.0275")),
                    UsageTier(Decimal(400_750), Decimal("0.0215")),
                    UsageTier(None, Decimal("0.0165")),
                ),
            ),
            UsageFee("bandwidth", Meter.MBPS_95, Decimal(0), UsageMode.VOLUME, (UsageTier(None, Decimal("2.35")),)),
        ),
        packages=(Package("minutes-pack", Meter.MINUTES, Decimal(1_000_500), usd("850.00"), 366),),
        due_days=33,
        late_fee=LateFee(Decimal("8.5"), Decimal("9.25")),
        arrears=Arrears(
            (
                ArrearsStep(4, ArrearsAction.REMIND),
                ArrearsStep(15, ArrearsAction.RESTRICT),
                ArrearsStep(31, ArrearsAction.SUSPEND),
            ),
            timedelta(minutes=62),
        ),
        tax=Tax("VAT", Decimal("5.25"), included=False),
    )


def _scope() -> Scope:
    return Scope(
        included=(both("Onboarding of new streams", "新直播流的接入"),),
        extra=(ExtraService(both("An engineer on site", "工程师驻场"), usd("1450.00"), "day"),),
        excluded=(both("The Customer's own players", "客户自有播放器"),),
        duties=(
            Duty(Side.PROVIDER, both("keeps the nodes patched", "及时为节点安装安全补丁")),
            Duty(Side.CUSTOMER, both("sends heartbeats from its players", "由其播放器发送心跳")),
        ),
    )


def _privacy() -> Privacy:
    return Privacy(
        regimes=tuple(Regime),
        categories=("viewer addresses", "session identifiers"),
        residency=("eu-central", "me-central"),
        transfers=(Transfer("eu-central", "us-east", both("standard contractual clauses", "标准合同条款")),),
        retention=(Retention("viewer addresses", 37), Retention("session identifiers", 95)),
        deletion_days=29,
        sub_processors=(SubProcessor("Northwind Hosting", both("servers", "服务器租用"), "eu-central"),),
        sub_processor_notice_days=34,
        assist_within=timedelta(hours=71),
        breach_notice=timedelta(hours=26),
    )


ENDED = datetime(2028, 3, 1, 20, tzinfo=UTC)
