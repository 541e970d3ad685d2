"""What the desk did in a period, as figures: worked out in PostgreSQL, in one place, for the page, the API and the file alike.

A ticket belongs to the period in which it was opened; one that was merged counts as what it was merged into. Times are from the
opening as the wall's clock goes; whether a promise was kept is what the ticket's own clocks said, pauses and hours included: it
was due, or it was answered, and it was not broken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer
from tallylight.kernel.errors import Invalid, gettext_noop
from tallylight.support.states import Promise

#: A period is not longer than this.
MOST = timedelta(days=400)
#: The promises of which a time is told; news come again and again.
TIMED = (Promise.RESPONSE, Promise.MITIGATION, Promise.RESOLUTION)


class PeriodRefused(Invalid):
    code = "period-refused"
    title = gettext_noop("This is no period.")
    advice = gettext_noop("Its end comes after its start, at most 400 days later.")


class By(StrEnum):
    """What figures can be told apart by. A day is a day of UTC."""

    ALL = "all"
    LEVEL = "level"
    CUSTOMER = "customer"
    CHANNEL = "channel"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one promise: how many got it, median and 90th percentile in seconds, and of those that are decided the share kept."""

    count: int
    median_s: float | None
    p90_s: float | None
    decided: int
    kept: float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """The figures of one group: `key` is its level, customer's id, channel or day, empty for all; `name` is for people.

    `hops` is the mean number of changes of hands; `idle_s` the median idle time of resolved tickets in seconds; `reopened` and
    `found_first` are shares of all tickets, the latter those that we saw before the customer; `score` is the mean of `answers`.
    """

    by: By
    key: str
    name: str
    tickets: int
    timings: dict[Promise, Timing]
    hops: float
    idle_s: float | None
    reopened: float
    found_first: float
    score: float | None
    answers: int


def figures(
    viewer: Viewer, start: datetime, end: datetime, *, customer: UUID | None = None, now: datetime
) -> list[Figure]:
    """Figures of the tickets opened within `[start, end)`: of all of them, then by each of `By`.

    A customer gets those of its own tickets; the staff may choose one customer's. Raises PeriodRefused.
    """
    if not start < end <= start + MOST:
        raise PeriodRefused
    whose = customer if viewer.is_provider else viewer.organisation_id
    with connection.cursor() as cursor:
        cursor.execute(_sql(), {"start": start, "end": end, "whose": whose, "now": now})
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    called = {str(each.id): each.name for each in accounts.organisations()} if rows else {}
    found = [_figure(row, called) for row in rows if row["tickets"]]
    return sorted(found, key=lambda each: (list(By).index(each.by), each.name if each.by is not By.LEVEL else ""))


def whole(found: Iterable[Figure]) -> Figure | None:
    """Of all tickets of the period; None if there was none."""
    return next((each for each in found if each.by is By.ALL), None)


def _figure(row: dict[str, Any], called: dict[str, str]) -> Figure:
    by = By(row["grouped_by"])
    key = {
        By.ALL: "",
        By.LEVEL: row["level"],
        By.CUSTOMER: str(row["organisation_id"]),
        By.CHANNEL: row["channel"],
        By.DAY: row["day"].isoformat() if row["day"] else "",
    }[by]
    return Figure(
        by=by,
        key=key,
        name=called.get(key, key) if by is By.CUSTOMER else key,
        tickets=row["tickets"],
        timings={each: _timing(row, each) for each in TIMED},
        hops=float(row["hops"]),
        idle_s=row["idle_s"],
        reopened=float(row["reopened"]),
        found_first=float(row["found_first"]),
        score=float(row["score"]) if row["score"] is not None else None,
        answers=row["answers"],
    )


def _timing(row: dict[str, Any], promise: Promise) -> Timing:
    kept = row[f"{promise}_kept"]
    return Timing(
        row[f"{promise}_count"],
        row[f"{promise}_median_s"],
        row[f"{promise}_p90_s"],
        row[f"{promise}_decided"],
        float(kept) if kept is not None else None,
    )


def _sql() -> str:
    """One statement: a row for each ticket of the period, then all groups of it at once."""
    return f"""
with chosen as materialized (
    select id, level, organisation_id, incident, opened_by_id, opened_at, acknowledged_at, resolved_at, idle,
           response_due_at, mitigation_due_at, resolution_due_at
    from support_ticket
    where opened_at >= %(start)s and opened_at < %(end)s and merged_into_id is null
      and (%(whose)s::uuid is null or organisation_id = %(whose)s)
), mitigated as (
    select ticket_id, min(at) as at from support_clockentry
    where promise = 'mitigation' and kind = 'satisfied' and ticket_id in (select id from chosen) group by ticket_id
), broken as (
    select ticket_id, bool_or(promise = 'response') as response, bool_or(promise = 'mitigation') as mitigation,
           bool_or(promise = 'resolution') as resolution
    from support_breach where not withdrawn and ticket_id in (select id from chosen) group by ticket_id
), told as (
    select ticket_id, min(channel) filter (where kind = 'opened') as channel,
           count(*) filter (where kind = 'assigned' and facts->>'hop' = 'true') as hops, bool_or(kind = 'reopened') as reopened
    from support_entry
    where kind in ('opened', 'assigned', 'reopened') and ticket_id in (select id from chosen) group by ticket_id
), seen as (
    select chosen.level, chosen.organisation_id, coalesce(told.channel, '') as channel,
           (chosen.opened_at at time zone 'UTC')::date as day, chosen.idle,
           coalesce(told.hops, 0) as hops, coalesce(told.reopened, false) as reopened,
           (chosen.incident is not null and chosen.opened_by_id is null) as found_first, asked.score,
           {", ".join(_of_a_ticket(*each) for each in ANSWERED.items())}
    from chosen
    left join mitigated on mitigated.ticket_id = chosen.id
    left join broken on broken.ticket_id = chosen.id
    left join told on told.ticket_id = chosen.id
    left join support_satisfaction asked on asked.ticket_id = chosen.id
)
select case when grouping(level) = 0 then 'level' when grouping(organisation_id) = 0 then 'customer'
            when grouping(channel) = 0 then 'channel' when grouping(day) = 0 then 'day' else 'all' end as grouped_by,
       level, organisation_id, channel, day, count(*) as tickets,
       coalesce(avg(hops), 0) as hops, percentile_cont(0.5) within group (order by extract(epoch from idle)) as idle_s,
       coalesce(avg(reopened::int), 0) as reopened, coalesce(avg(found_first::int), 0) as found_first,
       avg(score) as score, count(score) as answers,
       {", ".join(_of_a_group(each) for each in ANSWERED)}
from seen
group by grouping sets ((), (level), (organisation_id), (channel), (day))
"""  # noqa: S608 - of our own words only


#: By what each promise is answered.
ANSWERED = {
    Promise.RESPONSE: "chosen.acknowledged_at",
    Promise.MITIGATION: "mitigated.at",
    Promise.RESOLUTION: "chosen.resolved_at",
}


def _of_a_ticket(promise: Promise, answered: str) -> str:
    broken = f"coalesce(broken.{promise}, false)"
    return (
        f"extract(epoch from {answered} - chosen.opened_at)::float8 as {promise}_s, {broken} as {promise}_broken, "
        f"(chosen.{promise}_due_at is not null and ({answered} is not null or chosen.{promise}_due_at < %(now)s) or {broken})"
        f" as {promise}_decided"
    )


def _of_a_group(promise: Promise) -> str:
    of = f"within group (order by {promise}_s)"
    return (
        f"count({promise}_s) as {promise}_count, percentile_cont(0.5) {of} as {promise}_median_s, "
        f"percentile_cont(0.9) {of} as {promise}_p90_s, count(*) filter (where {promise}_decided) as {promise}_decided, "
        f"avg((not {promise}_broken)::int) filter (where {promise}_decided) as {promise}_kept"
    )


BY_NAMES = {
    By.LEVEL: gettext_noop("By severity"),
    By.CUSTOMER: gettext_noop("By customer"),
    By.CHANNEL: gettext_noop("By channel"),
    By.DAY: gettext_noop("By day"),
}


def by_name(by: By) -> str:
    """What a table of figures is told apart by, in the active language."""
    return _(BY_NAMES[by])
