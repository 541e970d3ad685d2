"""A house of its own for ladders that real workers climb: `python -m tests.promises.ladder_house LADDERS EVERY_S`.

On the database of TALLY_DATABASE_URL: makes the tables and the people if there are none, then so many ladders of two steps, the
first due five seconds from now, each one EVERY_S after the one before.
"""

from __future__ import annotations

import sys
from datetime import timedelta

import django


def main(ladders: int, every_s: float) -> None:
    django.setup()
    from django.core.management import call_command

    from tallylight.accounts import api as accounts
    from tallylight.accounts.api import OrganisationKind, Role
    from tallylight.contracts.api import Level
    from tallylight.escalation import api as escalation
    from tallylight.kernel import clock
    from tallylight.kernel.ids import new_id

    call_command("migrate", verbosity=0)
    if not accounts.organisations():
        accounts.create_organisation("desk", "Desk", OrganisationKind.PROVIDER)
        accounts.create_organisation("lumen", "Lumen", OrganisationKind.CUSTOMER)
        for role in (Role.ENGINEER, Role.MANAGER):
            accounts.create_person(f"{role.value}@desk.example", role.value, "desk", role, password=None)
    customer = next(each.id for each in accounts.organisations() if each.slug == "lumen")
    first = clock.now() + timedelta(seconds=5)
    for number in range(ladders):
        now, due = clock.now(), first + timedelta(seconds=number * every_s)
        rungs = (
            escalation.Rung("expert", "engineer", ("mail",), due),
            escalation.Rung("manager", "manager", ("mail",), due + timedelta(seconds=3)),
        )
        matter = escalation.Matter(f"T-{number}", "Lumen", Level.MAJOR, {"en": "No answer"}, "/tickets/1", 1, now)
        escalation.start(new_id(), customer, matter, rungs, contract_sha256="0" * 64, due_at=due, owner=None, now=now)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
