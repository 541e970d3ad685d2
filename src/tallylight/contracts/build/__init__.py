"""A checked document to the typed agreement. Pure. What may be left out has been filled in from the schema before."""

from __future__ import annotations

from datetime import date, datetime

from tallylight.contracts.agreement import Agreement, Level, Party
from tallylight.contracts.build import commercial, credit, objectives, privacy, support
from tallylight.contracts.build.words import Doc, wording
from tallylight.kernel.business_time import add_months, local_midnight

__all__ = ["agreement"]


def agreement(doc: Doc) -> Agreement:
    """The whole contract. `doc` has passed the schema and the sense checks, and its defaults are filled in."""
    starts, ends = _term(doc)
    fees = commercial.fees(doc["fees"])
    return Agreement(
        number=doc["number"],
        title=wording(doc["title"]),
        provider=Party(**doc["parties"]["provider"]),
        customer=Party(**doc["parties"]["customer"]),
        effective_from=starts,
        ends_at=ends,
        timezone=doc["timezone"],
        locale=doc["locale"],
        services=tuple(doc["scope"]["services"]),
        regions=tuple(doc["scope"]["regions"]),
        support=tuple(support.level(doc, each) for each in Level),
        severity=support.severity(doc["severity"]),
        objectives=tuple(objectives.objective(each, doc) for each in doc["objectives"]),
        thresholds=tuple(one for each in doc["thresholds"] for one in objectives.thresholds(each, doc)),
        credit=credit.table(doc["credit"]),
        monthly_fee=fees.every_month,
        term=commercial.term(doc["term"]),
        fees=fees,
        scope=commercial.scope(doc["scope"]),
        exclusions=tuple(objectives.exclusion(each) for each in doc["exclusions"]),
        capacity=commercial.capacity(doc["capacity"]) if "capacity" in doc else None,
        privacy=privacy.privacy(doc["privacy"]) if "privacy" in doc else None,
        exit=privacy.leaving(doc["exit"]) if "exit" in doc else None,
        changes=commercial.changes(doc["changes"]),
    )


def _term(doc: Doc) -> tuple[datetime, datetime | None]:
    """From when, and until when where the term does not renew, both in UTC."""
    first = date.fromisoformat(doc["term"]["effective"])
    starts = local_midnight(first, doc["timezone"])
    if doc["term"]["renews"]:
        return starts, None
    return starts, local_midnight(add_months(first, doc["term"]["months"]), doc["timezone"])
