"""`tally sla import FILE.csv`: slices that were measured elsewhere, from a file."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tallylight.accounts.api import organisation_by_slug
from tallylight.kernel import clock
from tallylight.sla.errors import BadMeasurement
from tallylight.sla.reporting import MOST, Measurement, report

COLUMNS = ("service", "region", "metric", "statistic", "at", "slice_s", "figure", "samples", "affected", "load")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `tally sla` and their arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    take = verbs.add_parser("import", help=f"take measured slices from a CSV file: {','.join(COLUMNS)}")
    take.add_argument("file", type=Path, metavar="FILE.csv")
    take.add_argument("--organisation", required=True, metavar="SLUG", help="the customer's slug")


def main(args: argparse.Namespace) -> int:
    """The exit code. Blocks are kept one after the other; after an error the same file can be taken again."""
    organisation_id, now, taken = organisation_by_slug(args.organisation).id, clock.now(), 0
    with args.file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(measurements(csv.DictReader(lines)))
    for first in range(0, len(rows), MOST):
        taken += report(organisation_id, rows[first : first + MOST], by=None, now=now)
    print(f"{taken:,} slices taken")
    return 0


def measurements(lines: csv.DictReader[str]) -> Iterator[Measurement]:
    """The rows of a file with a head line; `statistic`, `affected` and `load` may be empty or left out.

    Raises BadMeasurement, rows counted without the head.
    """
    for number, line in enumerate(lines, start=1):
        try:
            yield Measurement(
                service=line["service"],
                region=line["region"],
                metric=line["metric"],
                statistic=line.get("statistic") or "mean",
                at=_instant(line["at"]),
                slice_s=int(line["slice_s"]),
                figure=float(line["figure"]),
                samples=int(line["samples"]),
                affected=float(line["affected"]) if line.get("affected") else None,
                load=int(line["load"]) if line.get("load") else None,
            )
        except KeyError as missing:
            raise BadMeasurement(row=number, problem=f"the column {missing.args[0]} is missing") from None
        except (TypeError, ValueError) as fault:
            raise BadMeasurement(row=number, problem=str(fault)) from None


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no zone: write 2026-11-01T00:00:00Z")
    return at
