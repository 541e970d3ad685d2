"""The table of clauses: for every leaf of the agreement what it is called, how a change of it feels to the customer, and which
kind of change it is, hence how long before it must be told. A test refuses an agreement with a leaf that is not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tallylight.contracts import agreement as a
from tallylight.contracts import commercial as c
from tallylight.contracts.commercial import ChangeKind
from tallylight.contracts.diff import effect as judge
from tallylight.contracts.diff.effect import Effect, Judge
from tallylight.kernel.errors import gettext_noop as _

PRICE, FEATURE, GONE = ChangeKind.PRICE, ChangeKind.FEATURE, ChangeKind.DISCONTINUATION
BETTER, WORSE, DIFFERENT = Effect


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that is judged whole. `unit` is how it is written (see `sentences`). `gone` is the kind of a change for the worse,
    where that is another; `kind` None: wording that needs no notice."""

    label: str
    judge: Judge
    kind: ChangeKind | None = FEATURE
    unit: str = ""
    gone: ChangeKind | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part with clauses of its own, which may be missing."""

    label: str
    added: Effect = BETTER
    kind: ChangeKind = FEATURE
    gone: ChangeKind | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """Several parts, each known by `key`; two with one key are told apart by their order."""

    label: str
    key: Callable[[Any], str]
    added: Effect = BETTER
    kind: ChangeKind = FEATURE
    gone: ChangeKind | None = None


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Not a clause: a key of its part, or a figure that follows from others."""

    why: str


Rule = Leaf | Part | Parts | Unjudged

KEY = Unjudged("tells its part from the others")


def _wording(value: c.Wording) -> str:
    return value.said("en")


CLAUSES: Mapping[type, Mapping[str, Rule]] = {
    a.Agreement: {
        "number": Leaf(_("Number"), judge.otherwise, None),
        "title": Leaf(_("Title"), judge.otherwise, None),
        "provider": Part(_("Provider")),
        "customer": Part(_("Customer")),
        "effective_from": Unjudged("says when, not what"),
        "ends_at": Unjudged("follows from the effective date and the term"),
        "timezone": Leaf(_("Time zone"), judge.otherwise),
        "locale": Leaf(_("Language"), judge.otherwise, None),
        "services": Leaf(_("Services"), judge.more, gone=GONE),
        "regions": Leaf(_("Regions"), judge.more, gone=GONE),
        "support": Parts(_("Support"), lambda each: each.level.value, gone=GONE),
        "severity": Part(_("Severity")),
        "objectives": Parts(_("Objective"), lambda each: each.name, gone=GONE),
        "thresholds": Parts(_("Threshold"), lambda each: f"{each.region}, {each.metric.value}"),
        "credit": Part(_("Credits"), kind=PRICE),
        "monthly_fee": Unjudged("follows from the fees"),
        "term": Part(_("Term")),
        "fees": Part(_("Fees"), kind=PRICE),
        "scope": Part(_("Scope")),
        "exclusions": Parts(_("Exclusion"), lambda each: each.kind.value, added=WORSE),
        "capacity": Part(_("Capacity"), gone=GONE),
        "privacy": Part(_("Privacy")),
        "exit": Part(_("Exit")),
        "changes": Part(_("Change notice")),
    },
    a.Party: {
        "name": Leaf(_("Name"), judge.otherwise, None),
        "slug": Leaf(_("Organisation"), judge.otherwise, None),
    },
    a.SupportLevel: {
        "level": KEY,
        "covers": Leaf(_("What it covers"), judge.otherwise),
        "calendar": Leaf(_("Hours"), judge.calendar),
        "channels": Leaf(_("Channels"), judge.more),
        "response": Leaf(_("First response"), judge.LOWER),
        "update": Leaf(_("Next update"), judge.LOWER),
        "resolution": Leaf(_("Resolution"), judge.LOWER),
        "mitigation": Leaf(_("Mitigation"), judge.LOWER),
        "answer": Leaf(_("What counts as a response"), judge.ranked(a.Answer.TAKEN, a.Answer.ANSWERED)),
        "ladder": Parts(_("Escalation step"), lambda each: each.name),
        "pauses": Parts(_("Pause"), lambda each: each.reason, added=WORSE),
        "contacts": Parts(_("Named contact"), lambda each: each.role),
    },
    a.Step: {
        "name": KEY,
        "role": Leaf(_("Who is called"), judge.otherwise),
        "at": Leaf(_("Share of the response time"), judge.LOWER, unit="share"),
        "channels": Leaf(_("Channels"), judge.more),
        "person": Leaf(_("Person called first"), judge.otherwise, None),
        "calendar": Leaf(_("Hours of the step"), judge.hours_or_all),
        "schedule": Leaf(_("On-call schedule that is called"), judge.otherwise),
        "team": Leaf(_("Team that is called"), judge.otherwise),
    },
    a.Pause: {"reason": KEY, "most": Leaf(_("Longest pause"), judge.LOWER)},
    a.Contact: {
        "role": KEY,
        "name": Leaf(_("Name"), judge.otherwise, None),
        "reach": Leaf(_("How to reach them"), judge.otherwise, None),
    },
    a.SeverityRule: {
        "major": Leaf(_("What makes a case major"), judge.more),
        "fault": Leaf(_("What makes a case a fault"), judge.fault_conditions),
        "otherwise": Leaf(_("Every other case"), judge.ranked(*a.Level)),
    },
    a.Objective: {
        "name": KEY,
        "service": Leaf(_("Service"), judge.otherwise),
        "regions": Leaf(_("Regions"), judge.more, gone=GONE),
        "promise": Leaf(_("What is promised"), judge.otherwise),
        "statistic": Leaf(_("Statistic"), judge.ranked(a.Statistic.MEAN, a.Statistic.P95)),
        "bound": Leaf(_("Bound of a good slice"), judge.bound, unit="figure"),
        "target": Leaf(_("Target"), judge.HIGHER, unit="%"),
        "min_samples": Leaf(_("Samples needed"), judge.otherwise),
        "unknown": Leaf(
            _("What unknown counts as"),
            judge.ranked(a.UnknownCounts.GOOD, a.UnknownCounts.EXCLUDED, a.UnknownCounts.BAD),
        ),
        "source": Leaf(_("Source of the figures"), judge.otherwise),
        "slice": Leaf(_("Length of a slice"), judge.otherwise),
        "attain": Leaf(_("How attainment is taken"), judge.otherwise),
        "at_least_for": Leaf(_("Shortest run of bad slices that counts"), judge.LOWER),
        "tiers": Leaf(_("Credit tiers"), judge.tiers, PRICE, unit="tiers"),
    },
    a.ExclusionRule: {
        "kind": KEY,
        "approver": Leaf(_("Who approves it"), judge.otherwise),
        "notice": Leaf(_("Announced before"), judge.HIGHER),
        "most_a_month": Leaf(_("Most in a month"), judge.LOWER),
        "load_multiple": Leaf(_("Multiple of the mean load"), judge.HIGHER),
    },
    a.Threshold: {
        "region": KEY,
        "metric": KEY,
        "raise_above": Leaf(_("Raised above"), judge.LOWER, unit="figure"),
        "clear_below": Leaf(_("Cleared below"), judge.otherwise, unit="figure"),
        "window_s": Leaf(_("Window"), judge.otherwise, unit="s"),
        "for_s": Leaf(_("Raised after"), judge.LOWER, unit="s"),
        "clear_for_s": Leaf(_("Cleared after"), judge.otherwise, unit="s"),
        "min_samples": Leaf(_("Samples needed"), judge.otherwise),
        "channels": Leaf(_("Channels"), judge.more),
    },
    a.CreditTable: {
        "tiers": Leaf(_("Credit tiers"), judge.tiers, PRICE, unit="tiers"),
        "cap": Leaf(_("Cap"), judge.HIGHER, PRICE, unit="%"),
        "combine": Leaf(_("Several credits together"), judge.ranked(a.Combine.WORST, a.Combine.SUM), PRICE),
        "automatic": Leaf(_("Given without a claim"), judge.yes, PRICE),
        "base": Leaf(
            _("Base of the credit"),
            judge.ranked(a.CreditBase.SERVICE_FEES, a.CreditBase.MONTHLY_FEES),
            PRICE,
        ),
        "outage": Part(_("Credit for outage minutes"), kind=PRICE),
        "misses": Parts(
            _("Credit for a missed promise"), lambda each: f"{each.level.value}, {each.clock.value}", kind=PRICE
        ),
        "rounding": Leaf(
            _("Rounding"),
            judge.ranked(a.Rounding.DOWN, a.Rounding.HALF_EVEN, a.Rounding.HALF_UP, a.Rounding.UP),
            PRICE,
        ),
        "minimum": Leaf(_("Smallest amount owed"), judge.LOWER_OR_NONE, PRICE),
        "claim_days": Leaf(_("Time to claim"), judge.HIGHER_OR_NONE, PRICE, unit="days"),
        "pays": Leaf(_("How it is paid"), judge.ranked(a.CreditForm.CREDIT, a.CreditForm.REFUND), PRICE),
    },
    a.OutageCredit: {"multiple": Leaf(_("Multiple"), judge.HIGHER, PRICE)},
    a.MissCredit: {
        "level": KEY,
        "clock": KEY,
        "credit": Leaf(_("Credit for each"), judge.HIGHER, PRICE, unit="%"),
        "most": Leaf(_("Most in a month"), judge.HIGHER, PRICE, unit="%"),
    },
    c.Term: {
        "months": Leaf(_("First term"), judge.otherwise, unit="months"),
        "renews": Leaf(_("Renews by itself"), judge.otherwise),
        "renewal_months": Leaf(_("Renewal"), judge.otherwise, unit="months"),
        "notice_days": Leaf(_("Notice to end it"), judge.otherwise, unit="days"),
    },
    c.Fees: {
        "monthly": Leaf(_("Monthly base fee"), judge.LOWER, PRICE),
        "recurring": Parts(_("Recurring fee"), lambda each: _wording(each.name), added=WORSE, kind=PRICE),
        "usage": Parts(_("Usage fee"), lambda each: each.name, added=WORSE, kind=PRICE),
        "packages": Parts(_("Package"), lambda each: each.name, kind=PRICE, gone=GONE),
        "due_days": Leaf(_("Invoices are due after"), judge.HIGHER, PRICE, unit="days"),
        "late_fee": Part(_("Late fee"), added=WORSE, kind=PRICE),
        "arrears": Part(_("Arrears"), added=WORSE),
        "tax": Part(_("Tax"), added=DIFFERENT, kind=PRICE),
    },
    c.RecurringFee: {
        "name": KEY,
        "amount": Leaf(_("Amount"), judge.LOWER, PRICE),
        "service": Leaf(_("Service"), judge.otherwise, PRICE),
    },
    c.UsageFee: {
        "name": KEY,
        "meter": Leaf(_("What is counted"), judge.otherwise, PRICE),
        "included": Leaf(_("Included in the monthly fee"), judge.HIGHER, PRICE),
        "mode": Leaf(_("How tiers price"), judge.otherwise, PRICE),
        "tiers": Leaf(_("Prices"), judge.usage_tiers, PRICE, unit="prices"),
    },
    c.Package: {
        "name": KEY,
        "meter": Leaf(_("What is counted"), judge.otherwise, PRICE),
        "quantity": Leaf(_("Quantity"), judge.HIGHER, PRICE),
        "price": Leaf(_("Price"), judge.LOWER, PRICE),
        "lasts_days": Leaf(_("Lasts"), judge.HIGHER, PRICE, unit="days"),
    },
    c.LateFee: {
        "percent_a_year": Leaf(_("Rate a year"), judge.LOWER, PRICE, unit="%"),
        "cap": Leaf(_("Cap"), judge.LOWER, PRICE, unit="%"),
    },
    c.Arrears: {
        "steps": Parts(_("Arrears step"), lambda each: each.action.value, added=WORSE),
        "restore_within": Leaf(_("Restored within"), judge.LOWER),
    },
    c.ArrearsStep: {"action": KEY, "after_days": Leaf(_("After"), judge.HIGHER, unit="days")},
    c.Tax: {
        "name": Leaf(_("Name"), judge.otherwise, PRICE),
        "rate": Leaf(_("Rate"), judge.LOWER, PRICE, unit="%"),
        "included": Leaf(_("Part of the prices"), judge.yes, PRICE),
    },
    c.Scope: {
        "included": Leaf(_("Included"), judge.more, gone=GONE),
        "extra": Parts(
            _("Service at extra fee"), lambda each: _wording(each.name), added=DIFFERENT, kind=PRICE, gone=GONE
        ),
        "excluded": Leaf(_("Not included"), judge.fewer),
        "duties": Leaf(_("Who does what"), judge.duties, unit="duties"),
    },
    c.ExtraService: {
        "name": KEY,
        "fee": Leaf(_("Fee"), judge.LOWER, PRICE),
        "per": Leaf(_("What one fee buys"), judge.otherwise, PRICE),
    },
    c.Capacity: {
        "regions": Parts(_("Capacity in"), lambda each: each.region, gone=GONE),
        "scale_out": Leaf(_("Time to scale out"), judge.LOWER),
        "on_demand": Leaf(_("On-demand price"), judge.LOWER, PRICE),
        "prepaid": Leaf(_("Prepaid price"), judge.LOWER, PRICE),
        "scale_in_notice": Leaf(_("Notice to scale in"), judge.LOWER),
        "scale_in_effect": Leaf(
            _("From when less costs less"),
            judge.ranked(c.FeeEffect.END_OF_TERM, c.FeeEffect.NEXT_CYCLE, c.FeeEffect.AT_ONCE),
            PRICE,
        ),
        "events": Part(_("Booked events"), gone=GONE),
    },
    c.RegionCapacity: {
        "region": KEY,
        "committed": Leaf(_("Committed viewers"), judge.HIGHER),
        "burst": Leaf(_("Viewers in a burst"), judge.HIGHER),
    },
    c.EventBooking: {
        "notice": Leaf(_("Booked ahead"), judge.LOWER),
        "most": Leaf(_("Most viewers"), judge.HIGHER),
        "price": Leaf(_("Price"), judge.LOWER, PRICE),
    },
    c.Privacy: {
        "regimes": Leaf(_("Laws"), judge.more),
        "categories": Leaf(_("Categories of data"), judge.otherwise),
        "residency": Leaf(_("Where data stays"), judge.otherwise),
        "transfers": Leaf(_("Transfers"), judge.fewer, unit="transfers"),
        "retention": Parts(_("Retention"), lambda each: each.category, added=DIFFERENT),
        "deletion_days": Leaf(_("Deleted within"), judge.LOWER, unit="days"),
        "sub_processors": Parts(_("Sub-processor"), lambda each: each.name, added=WORSE),
        "sub_processor_notice_days": Leaf(_("Notice of a sub-processor"), judge.HIGHER, unit="days"),
        "assist_within": Leaf(_("Help with a request"), judge.LOWER),
        "breach_notice": Leaf(_("Notice of a breach"), judge.LOWER),
    },
    c.Retention: {"category": KEY, "days": Leaf(_("Kept for"), judge.LOWER, unit="days")},
    c.SubProcessor: {
        "name": KEY,
        "purpose": Leaf(_("Purpose"), judge.otherwise),
        "region": Leaf(_("Region"), judge.otherwise),
    },
    c.Exit: {
        "assistance_days": Leaf(_("Help with leaving"), judge.HIGHER, unit="days"),
        "dual_run_days": Leaf(_("Both run side by side"), judge.HIGHER, unit="days"),
        "formats": Leaf(_("Formats of the export"), judge.more),
        "deletion_days": Leaf(_("Deleted within"), judge.LOWER, unit="days"),
        "certificate": Leaf(_("Certificate of deletion"), judge.yes),
    },
    c.ChangeNotice: {
        "price": Part(_("Change of a price")),
        "feature": Part(_("Change of a feature")),
        "discontinuation": Part(_("Discontinuation")),
    },
    c.Change: {
        "notice_days": Leaf(_("Told before"), judge.HIGHER, unit="days"),
        "transition_days": Leaf(_("The old way works on for"), judge.HIGHER, unit="days"),
        "may_leave": Leaf(_("The customer may leave"), judge.yes),
    },
}
