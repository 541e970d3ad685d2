"""Brings the tables of history up to date. Harmless when repeated."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tallylight.telemetry.history.client import shared
from tallylight.telemetry.history.schema import Engines, migrate


class Command(BaseCommand):
    help = "Create or migrate the tables of telemetry history in ClickHouse."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--replicated", action="store_true", help="make ReplicatedMergeTree tables, for a cluster")

    def handle(self, *args: Any, **options: Any) -> None:
        applied = migrate(shared(), Engines(replicated=options["replicated"]))
        steps = ", ".join(map(str, applied))
        self.stdout.write(f"Applied steps: {steps}." if applied else "History is up to date.")
