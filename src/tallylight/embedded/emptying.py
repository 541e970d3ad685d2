"""Empty tables after each test that committed, quickly; those of the job engine too, which Django leaves as they are.

Django truncates every table and announces every model anew, which takes longer than most tests. Deleting what few rows there are
takes a tenth of that. An outside database that allows no passing over triggers is emptied as Django does it.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.test import TransactionTestCase

#: What migrations leave behind for good.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
#: Its hooks are of the framework's inside, and not in its stubs.
Case: Any = TransactionTestCase
_as_django_does = Case._fixture_teardown


def instead_of_django() -> None:
    """From now on, in this process."""
    Case._fixture_teardown = _after


def _after(case: Any) -> None:
    names = list(case._databases_names(include_mirrors=False))
    if all(_may_pass_over_triggers(name) for name in names):
        for name in names:
            _delete_rows(name)
    else:
        _as_django_does(case)


def _may_pass_over_triggers(name: str) -> bool:
    with connections[name].cursor() as cursor:
        cursor.execute("select has_parameter_privilege('session_replication_role', 'SET')")
        return bool(cursor.fetchone()[0])


def _delete_rows(name: str) -> None:
    connection = connections[name]
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    jobs = [model._meta.db_table for model in apps.get_app_config("procrastinate").get_models()]
    tables = [connection.ops.quote_name(each) for each in {*found, *jobs} - KEPT]
    deletions = "; ".join(f"delete from {each}" for each in tables)  # noqa: S608 - names of our own tables
    with transaction.atomic(using=name), connection.cursor() as cursor:
        cursor.execute(f"set local session_replication_role = replica; {deletions}")
