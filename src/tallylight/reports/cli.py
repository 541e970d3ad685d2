"""`tally report`: make a customer's monthly service report now, without waiting for the first of the month's job."""

from __future__ import annotations

import argparse
from pathlib import Path

from tallylight.accounts.api import organisation_by_slug
from tallylight.kernel import clock
from tallylight.reports import api, making
from tallylight.reports.models import Edition
from tallylight.reports.text import LANGUAGES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `tally report` and their arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    make = verbs.add_parser("make", help="make the report of a month that is over, or its next edition if it changed")
    make.add_argument("customer", metavar="CUSTOMER", help="the customer's slug")
    make.add_argument("month", metavar="MONTH", help="year and month, such as 2026-10")
    make.add_argument("--send", action="store_true", help="mail it to its readers; an edition is mailed once")
    make.add_argument("-o", "--output", type=Path, metavar="FOLDER", help="also write the PDF of each language there")


def main(args: argparse.Namespace) -> int:
    """The exit code; raises MonthNotOver, NothingPromised, HistoryAway, OrganisationUnknown."""
    customer = organisation_by_slug(args.customer)
    made = making.bring_up_to_date(customer.id, args.month, now=clock.now(), send=args.send)
    print(_said(made))
    if args.output:
        args.output.mkdir(parents=True, exist_ok=True)
        for sheet in api.sheets_of(made.id):
            path = args.output / sheet.name
            path.write_bytes(sheet.pdf)
            print(f"{path}: {len(sheet.pdf):,} octets, SHA-256 {sheet.sha256}")
    return 0


def _said(edition: Edition) -> str:
    passed = sorted(str(each.milestone) for each in edition.passed.all())
    sheet = edition.sheets.get(language=LANGUAGES[0])
    state = f" ({', '.join(passed)})" if passed else ""
    return f"{sheet.title}, edition {edition.number}{state}\n{sheet.answer}"
