"""`tally clock`: what the clocks of a ticket say, span by span."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tallylight.clocks.api import Reading, told
from tallylight.kernel import clock
from tallylight.kernel.catalogue import catalogue, language_of_the_shell
from tallylight.support import promises
from tallylight.support.errors import TicketUnknown
from tallylight.support.models import Ticket
from tallylight.support.shapes import clock_out
from tallylight.support.states import PROMISE_NAMES, Promise


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `tally clock` and their arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    explain = verbs.add_parser("explain", help="a line for every span of every clock of a ticket, adding up exactly")
    explain.add_argument("ticket", metavar="TICKET", help="its number, such as T-00042")
    explain.add_argument("--lang", choices=("en", "zh-Hans"), help="language (default: that of the terminal)")
    explain.add_argument("--zone", type=_zone, default="UTC", help="IANA zone of the times shown (default: UTC)")
    explain.add_argument("--at", type=_instant, help="as it stood at an instant, such as 2026-11-23T09:30:00Z")
    explain.add_argument("--json", action="store_true", help="the same for programs")


def main(args: argparse.Namespace) -> int:
    """The exit code; raises TicketUnknown."""
    ticket = _ticket(args.ticket)
    readings = promises.readings(ticket, now=args.at or clock.now())
    if args.json:
        json.dump([clock_out(*each) for each in readings.items()], sys.stdout, indent=2, default=_plain)
        print()
    else:
        print("\n".join(_lines(ticket, readings, language=args.lang or language_of_the_shell(), zone=args.zone)))
    return 0


def _lines(ticket: Ticket, readings: dict[Promise, Reading], *, language: str, zone: ZoneInfo) -> list[str]:
    translate = catalogue(language).gettext
    lines = [f"{ticket.number}  {ticket.headline(language)}"]
    if not readings:
        lines.append(translate("No contract was in force when this ticket was opened, so nothing is promised."))
    for promise, reading in readings.items():
        lines += ["", translate(PROMISE_NAMES[promise])]
        lines += [f"  {sentence}" for sentence in told(reading, translate=translate, zone=zone)]
    return lines


def _ticket(number: str) -> Ticket:
    digits = number.upper().removeprefix("T-")
    ticket = Ticket.objects.filter(serial=int(digits)).first() if digits.isdecimal() and len(digits) < 19 else None
    if ticket is None:
        raise TicketUnknown
    return ticket


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(f"there is no time zone {name}") from error


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("an instant says its offset, such as Z or +08:00")
    return found


def _plain(value: object) -> str:
    return clock.rfc3339(value) if isinstance(value, datetime) else str(value)
