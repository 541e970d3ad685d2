"""`tally contract`: lint a contract file, write the text people sign, compare two, list days off, read and write OpenSLO, or put
one in force.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from tallylight.contracts import calendars, lint_command
from tallylight.contracts.diff import command as diff
from tallylight.contracts.errors import ContractInvalid
from tallylight.contracts.openslo import command as openslo
from tallylight.contracts.problem import told
from tallylight.contracts.reading import Reading, read
from tallylight.contracts.text import command as text_command
from tallylight.kernel import clock
from tallylight.kernel.catalogue import language_of_the_shell
from tallylight.kernel.errors import TallyError


def add_arguments(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    """The verbs of `tally contract` and their arguments; the answer takes the verbs of rooms above."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    lint_command.add_arguments(verbs.add_parser("lint", help="name every fault of contract files by line and column"))
    text_command.add_arguments(verbs.add_parser("render", help="write the text people sign, as PDF or HTML"))
    _add_days(
        verbs.add_parser("days", help="list public holidays or iCalendar closures, ready for a contract's calendar")
    )
    diff.add_arguments(
        verbs.add_parser("diff", help="say what a new text changes for the customer, and the notice it needs")
    )
    openslo.add_arguments(verbs.add_parser("openslo", help="objectives to and from OpenSLO v1"))
    apply = verbs.add_parser("apply", help="put a contract in force for an organisation")
    apply.add_argument("file", type=Path, metavar="FILE")
    apply.add_argument("--organisation", required=True, metavar="SLUG", help="the customer's slug")
    return verbs


def main(args: argparse.Namespace) -> int:
    """The exit code: 0 when all is well, 1 when a contract has faults or could not be put in force, 2 for an unreadable file."""
    if args.verb == "lint":
        return lint_command.lint(args)
    if args.verb == "render":
        reading = _read(args.file)
        return 1 if reading is None else text_command.render(args, reading, _text(args.file))
    if args.verb == "days":
        return _days(args)
    if args.verb == "diff":
        return _diff(args)
    if args.verb == "openslo":
        return _openslo(args)
    return _apply(args.file, args.organisation)


def _diff(args: argparse.Namespace) -> int:
    old, new = _read(args.old), _read(args.new)
    if old is None or new is None:
        return 1
    print(diff.report(old, new, language=args.lang, as_json=args.json, now=clock.now()))
    return 0


def _openslo(args: argparse.Namespace) -> int:
    if args.way == "export":
        reading = _read(args.file)
        if reading is None:
            return 1
        print(openslo.exported(reading), end="")
        return 0
    try:
        fragment, anything = openslo.imported(_text(args.file))
    except (OSError, UnicodeDecodeError, TallyError) as error:
        print(f"{args.file}: {error}", file=sys.stderr)
        return 1
    print(fragment, end="")
    return 0 if anything else 1


def _add_days(days: argparse.ArgumentParser) -> None:
    days.add_argument("file", type=Path, metavar="FILE", help="the contract")
    days.add_argument("calendar", metavar="CALENDAR", help="the calendar that the days are for")
    days.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DATE")
    days.add_argument("--until", dest="last", type=date.fromisoformat, required=True, metavar="DATE", help="last day")
    source = days.add_mutually_exclusive_group(required=True)
    source.add_argument("--country", help="public holidays of an ISO 3166-1 code, such as SG")
    source.add_argument("--ical", type=Path, metavar="ICS", help="closures by the events of an iCalendar file")
    days.add_argument("--subdivision", help="the part of the country, such as BY")


def _days(args: argparse.Namespace) -> int:
    from tallylight.contracts import days_off

    reading = _read(args.file)
    if reading is None:
        return 1
    entries = reading.document["calendars"]
    if args.calendar not in entries:
        print(f"{args.file}: there is no calendar {args.calendar}, only {', '.join(entries)}", file=sys.stderr)
        return 1
    calendar = calendars.calendar(args.calendar, entries[args.calendar], reading.document["timezone"])
    try:
        found = (
            days_off.closures(_text(args.ical), calendar, args.first, args.last)
            if args.ical
            else days_off.public_holidays(
                args.country, args.first, args.last, subdivision=args.subdivision, calendar=calendar
            )
        )
    except (days_off.NoSuchPlace, days_off.NotICalendar, days_off.TooLong, OSError) as error:
        print(f"{args.ical or args.country}: {error}", file=sys.stderr)
        return 1
    print(*days_off.written(found, country=args.country, subdivision=args.subdivision), sep="\n")
    return 0


def _read(path: Path) -> Reading | None:
    try:
        return read(_text(path))
    except ContractInvalid as error:
        for problem in error.problems:
            print(f"{path}:{told(problem, language_of_the_shell())}", file=sys.stderr)
    except (OSError, UnicodeDecodeError) as error:
        print(f"{path}: can't be read: {error}", file=sys.stderr)
    return None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


def _apply(path: Path, slug: str) -> int:
    if _read(path) is None:
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallylight.config.settings")
    import django

    django.setup()
    from tallylight.accounts import api as accounts
    from tallylight.contracts import api as contracts

    try:
        organisation = accounts.organisation_by_slug(slug)
        version = contracts.put_in_force(organisation.id, _text(path), by=None, now=clock.now())
    except TallyError as error:
        print(f"{path}: {error} {error.advice % error.facts if error.facts else error.advice}", file=sys.stderr)
        return 1
    print(f"{slug}: {version.number} applies from {clock.rfc3339(version.effective_from)}, sha256 {version.sha256}")
    return 0
