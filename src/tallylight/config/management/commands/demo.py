"""`demo`: sets up the demo provider, its regions and customers. May be run at any time, any number of times."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tallylight.config.demo import as_json, set_up, write_down
from tallylight.config.environment import environment
from tallylight.kernel import clock


class Command(BaseCommand):
    help = "Set up the demo: a provider, four regions, two customers under their contracts, a login for each person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the logins as JSON")

        parser.add_argument("--quiet", action="store_true", help="print nothing; the logins are in TALLY_HOME/secrets")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            logins = set_up(environment(), now=clock.now())
        except FileNotFoundError as error:
            raise CommandError(f"The demo needs the example contracts of the repository: {error}") from error
        write_down(logins, environment())
        if options["quiet"]:
            return
        if options["json"]:
            self.stdout.write(json.dumps(as_json(logins), ensure_ascii=False))
            return
        for each in logins:
            self.stdout.write(f"{each.login:<32} {each.password:<44} {each.role:<9} {each.organisation}")
