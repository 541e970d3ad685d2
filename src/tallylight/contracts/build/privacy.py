"""Personal data, and leaving."""

from __future__ import annotations

from tallylight.contracts import quantities as q
from tallylight.contracts.build.words import Doc, wording
from tallylight.contracts.commercial import Exit, Privacy, Regime, Retention, SubProcessor, Transfer


def privacy(entry: Doc) -> Privacy:
    """Which personal data, where, how long, under which laws."""
    return Privacy(
        regimes=tuple(map(Regime, entry["regimes"])),
        categories=tuple(entry["categories"]),
        residency=tuple(entry["residency"]),
        transfers=tuple(Transfer(each["from"], each["to"], wording(each["basis"])) for each in entry["transfers"]),
        retention=tuple(Retention(**each) for each in entry["retention"]),
        deletion_days=entry["deletion_days"],
        sub_processors=tuple(
            SubProcessor(each["name"], wording(each["purpose"]), each["region"]) for each in entry["sub_processors"]
        ),
        sub_processor_notice_days=entry["sub_processor_notice_days"],
        assist_within=q.duration(entry["assist_within"]),
        breach_notice=q.duration(entry["breach_notice"]),
    )


def leaving(entry: Doc) -> Exit:
    """How long we help, in which formats everything comes along, by when the rest is deleted."""
    return Exit(
        assistance_days=entry["assistance_days"],
        dual_run_days=entry["dual_run_days"],
        formats=tuple(entry["formats"]),
        deletion_days=entry["deletion_days"],
        certificate=entry["certificate"],
    )
