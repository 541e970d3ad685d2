"""What broken promises earn."""

from __future__ import annotations

from tallylight.contracts import quantities as q
from tallylight.contracts.agreement import (
    Combine,
    CreditBase,
    CreditForm,
    CreditTable,
    Level,
    MissCredit,
    OutageCredit,
    Promised,
    Rounding,
    Tier,
)
from tallylight.contracts.build.words import Doc, maybe


def table(entry: Doc) -> CreditTable:
    """The credit table."""
    return CreditTable(
        tiers=tiers(entry["tiers"]),
        cap=q.percent(entry["cap"]),
        combine=Combine(entry["combine"]),
        automatic=entry["claim"] == "automatic",
        base=CreditBase(entry["base"]),
        outage=maybe(entry, "outage", lambda each: OutageCredit(q.multiple(each["multiple"]))),
        misses=tuple(map(_miss, entry["misses"])),
        rounding=Rounding(entry["rounding"]),
        minimum=maybe(entry, "minimum", q.money),
        claim_days=entry.get("claim_days"),
        pays=CreditForm(entry["pays"]),
    )


def tiers(entries: list[Doc]) -> tuple[Tier, ...]:
    """Credit tiers, from the mildest miss to the worst."""
    return tuple(Tier(q.percent(each["below"]), q.percent(each["credit"])) for each in entries)


def _miss(entry: Doc) -> MissCredit:
    return MissCredit(
        level=Level(entry["level"]),
        clock=Promised(entry["clock"]),
        credit=q.percent(entry["credit"]),
        most=q.percent(entry["most"]),
    )
