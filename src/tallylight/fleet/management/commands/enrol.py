"""`tally manage enrol NAME REGION`: a token that lets one node join."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tallylight.fleet.services import grant_enrolment
from tallylight.kernel import clock
from tallylight.kernel.errors import TallyError


class Command(BaseCommand):
    help = "Print a one-time token that lets a node of that name join that region within 24 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the node's name, such as sin-2")
        parser.add_argument("region", help="the region's code, such as ap-southeast")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            token = grant_enrolment(options["name"], options["region"], now=clock.now())
        except TallyError as refused:
            raise CommandError(f"{refused} {refused.advice % refused.facts}") from refused
        self.stdout.write(token)
