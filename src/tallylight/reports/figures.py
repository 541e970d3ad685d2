"""The figures that decide whether a month changed: canonical, so that equal months have equal SHA-256s. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tallylight.kernel.clock import rfc3339
from tallylight.reports.month import Due, ServiceMonth, TakenOut
from tallylight.sla.api import Row, SegmentReport, Settled

Figures = dict[str, Any]


def figures(month: ServiceMonth) -> Figures:
    """What was counted, kept, broken, taken out and credited."""
    return {
        "month": month.report.month,
        "until": rfc3339(month.report.until),
        "parts": [_part(each) for each in month.report.segments],
        "support": [_due(each) for each in month.dues],
        "taken_out": [taken_out(each) for each in month.taken_out],
        "credits": [str(each) for each in month.report.credits],
        **_claimed(month),
    }


def canonical(found: Figures) -> str:
    """The figures as the one text that says them."""
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(found: Figures) -> str:
    """What pins the figures."""
    return hashlib.sha256(canonical(found).encode()).hexdigest()


def _part(segment: SegmentReport) -> Figures:
    return {
        "contract": segment.sha256,
        "start": rfc3339(segment.start),
        "end": rfc3339(segment.end),
        "rows": [_row(each) for each in segment.rows],
        "credit": str(segment.credit.amount),
    }


def _row(row: Row) -> Figures:
    counts = row.counts
    return {
        "objective": row.objective.name,
        "region": row.region,
        "good": counts.good,
        "bad": counts.bad,
        "unknown": counts.unknown,
        "excluded": counts.excluded,
        "attained": str(row.attained) if row.attained is not None else None,
        "kept": row.kept,
    }


def _due(due: Due) -> Figures:
    return {
        "case": due.case,
        "level": due.level.value,
        "clock": due.clock.value,
        "due": rfc3339(due.due_at),
        "kept": due.kept,
    }


def _claimed(month: ServiceMonth) -> Figures:
    """What was claimed; nothing where nothing was."""
    found = [str(each.owed) for each in month.report.settlements if each.state is Settled.CLAIMED]
    return {"claimed": found} if found else {}


def taken_out(each: TakenOut) -> Figures:
    """An exclusion."""
    return {
        "region": each.region,
        "starts": rfc3339(each.starts_at),
        "ends": rfc3339(each.ends_at),
        "reason": each.reason,
    }
