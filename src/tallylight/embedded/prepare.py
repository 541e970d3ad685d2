"""The errand between engines and services: tables, history's tables and the demo, in one process as each start costs."""

from __future__ import annotations

import argparse

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the supervisor may ask for."""
    parser.add_argument("--demo", action="store_true")


def main(args: argparse.Namespace) -> int:
    """Do what is left to do; harmless when repeated."""
    if _migrations_are_pending():
        call_command("migrate", interactive=False, verbosity=1)
    call_command("history_schema")
    if args.demo:
        call_command("demo", quiet=True)
    return 0


def _migrations_are_pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
