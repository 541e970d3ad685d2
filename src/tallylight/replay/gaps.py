"""What a replay can't tell, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tallylight.contracts.api import Agreement, Promised
from tallylight.kernel.errors import gettext_noop
from tallylight.kernel.sentence import Fact, Sentence
from tallylight.replay.values import ClockCase, Outcome
from tallylight.sla.api import Missing, MonthAgain

MISSING = {
    Missing.NOT_MEASURED: gettext_noop(
        "%(objective)s in %(region)s, %(month)s: Tallylight does not measure this itself; the promise is unknown."
    ),
    Missing.NO_HISTORY: gettext_noop(
        "%(objective)s in %(region)s, %(month)s: there is no history of %(missing)s, because no node was there to measure."
    ),
    Missing.TOO_OLD: gettext_noop(
        "%(objective)s in %(region)s, %(month)s: history does not reach back to %(missing)s, which was not judged by the "
        "same figures then."
    ),
}
NO_CONTRACT = gettext_noop("%(month)s: no contract was in force, so there is nothing to compare.")
IN_PART = gettext_noop(
    "%(month)s: a contract was in force for %(minutes)s of %(of)s minutes; only these are judged, and that part of the fee "
    "counts."
)
WITHOUT = gettext_noop(
    "Tickets opened while no contract was in force: %(count)s. Nothing was promised for them, and nothing is judged."
)
UNSEEN = gettext_noop(
    "Incidents in regions that only the draft covers: %(count)s. Nobody worked on them for this customer, so each counts as one "
    "unknown promise."
)
MITIGATION = gettext_noop(
    "Tickets mended after the mitigation time: %(count)s. When viewers were well again was not written down, so mitigation is "
    "unknown for them."
)
THRESHOLDS = gettext_noop(
    "The draft watches with other thresholds. Incidents are those that were noticed then: other thresholds would have noticed "
    "others, which nobody can count."
)
ZONE = gettext_noop("Months are counted in %(zone)s as then, not in the draft's %(other)s.")


def of_month(month: MonthAgain) -> Iterator[Sentence]:
    """Objectives that can't be judged again, and a month under contract in part."""
    if month.part.minutes < month.part.of:
        yield Sentence(IN_PART, {"month": month.month, "minutes": month.part.minutes, "of": month.part.of})
    for each in month.rows:
        if each.why:
            facts: dict[str, Fact] = {
                "objective": each.row.objective.name,
                "region": each.row.region,
                "missing": each.missing * each.row.objective.slice,
            }
            yield Sentence(MISSING[each.why], {**facts, "month": month.month})


def of_agreements(draft: Agreement, then: Sequence[Agreement], zone: str) -> Iterator[Sentence]:
    """Where the draft differs in what is not replayed."""
    if any(set(each.thresholds) != set(draft.thresholds) for each in then):
        yield Sentence(THRESHOLDS)
    if draft.timezone != zone:
        yield Sentence(ZONE, {"zone": zone, "other": draft.timezone})


def of_cases(cases: Sequence[ClockCase], *, without: int, unseen: int) -> Iterator[Sentence]:
    """Tickets and incidents that can't be judged again, or only in part."""
    if without:
        yield Sentence(WITHOUT, {"count": without})
    if unseen:
        yield Sentence(UNSEEN, {"count": unseen})
    unknown = sum(
        case.clock is Promised.MITIGATION and case.draft is not None and case.draft.outcome is Outcome.UNKNOWN
        for case in cases
    )
    if unknown:
        yield Sentence(MITIGATION, {"count": unknown})
