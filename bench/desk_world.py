"""A desk with many open tickets: a few made through the product's own doors, the others their copies, moved in time.

A copy of a ticket opened some minutes later is the ticket that the product would have made then: the contract's calendar is
open around the clock, so every instant that its clocks say moves with the opening. `checked` reads the clocks of a sample
anew and compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

CUSTOMERS = 50
#: Before this many minutes the first of them was opened; a response is promised within 30.
SPREAD_MIN = 20
EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "contracts" / "key-account.yaml"


@dataclass(frozen=True)
class Desk:
    """Tokens of the agents and of one member of each customer."""

    agents: list[str]
    members: list[str]


def make(tickets: int, agents: int) -> Desk:
    """The provider's people, the customers under one contract each, and their open tickets: half waiting, half in hand."""
    from tallylight.accounts import api as accounts
    from tallylight.accounts.api import OrganisationKind, Role
    from tallylight.kernel import clock

    accounts.create_organisation("tallylight", "Tallylight", OrganisationKind.PROVIDER)
    people = [_person("tallylight", f"agent-{n}", Role.AGENT) for n in range(agents)]
    _person("tallylight", "engineer", Role.ENGINEER)
    _person("tallylight", "manager", Role.MANAGER)
    now = clock.now()
    customers = [_customer(number, now) for number in range(CUSTOMERS)]
    members = [_person(slug, f"member-{slug}", Role.MEMBER) for slug, _ in customers]
    templates = [_template(members[0], people[0], in_hand=each, now=now) for each in (False, True)]
    _copy(templates, [each for _, each in customers], people, tickets - len(templates), now)
    return Desk(
        [accounts.create_token(each, "bench") for each in people],
        [accounts.create_token(each, "bench") for each in members],
    )


def _person(home: str, name: str, role: Any) -> UUID:
    from tallylight.accounts import api as accounts

    return accounts.create_person(f"{name}@{home}.example", name.title(), home, role, password=None)


def _customer(number: int, now: datetime) -> tuple[str, UUID]:
    from tallylight.accounts import api as accounts
    from tallylight.accounts.api import OrganisationKind
    from tallylight.contracts import api as contracts

    slug = f"customer-{number}"
    made = accounts.create_organisation(slug, f"Customer {number}", OrganisationKind.CUSTOMER)
    source = (
        EXAMPLE.read_text().replace("slug: astra-voice", f"slug: {slug}").replace("Astra Voice", f"Customer {number}")
    )
    contracts.put_in_force(made, source, None, now - timedelta(days=30))
    return slug, made


def _template(member: UUID, agent: UUID, *, in_hand: bool, now: datetime) -> UUID:
    from tallylight.accounts.sign_in import _viewer
    from tallylight.contracts.api import Level
    from tallylight.support import api as support
    from tallylight.support.api import Channel

    opened = now - timedelta(minutes=SPREAD_MIN)
    words = "Viewers in Dubai see the picture freeze every few seconds since the last minute; audio goes on."
    made = support.open_ticket(
        _viewer(member),
        title="The picture freezes in Dubai",
        text=words,
        level=Level.FAULT,
        channel=Channel.API,
        now=opened,
    )
    if in_hand:
        support.acknowledge(_viewer(agent), made, channel=Channel.API, now=opened + timedelta(seconds=90))
    return made


def _copy(templates: list[UUID], customers: list[UUID], people: list[UUID], count: int, now: datetime) -> None:
    """Rows of tickets, of what was said and done on them, and of their clocks."""
    from django.db import connection, transaction

    from tallylight.support import profiles, promises
    from tallylight.support.models import ClockEntry, Entry, Ticket

    chance = np.random.default_rng(1)
    pinned = {each: promises.in_force(each, now).sha256 for each in customers}  # type: ignore[union-attr]
    shifts = chance.uniform(0, (SPREAD_MIN - 2) * 60, count)
    viewers = (chance.pareto(1.2, count) * 20).astype(int)
    plan = []
    for number in range(count):
        whose = customers[number % len(customers)]
        change = {"organisation_id": whose, "contract_sha256": pinned[whose], "viewers": int(viewers[number])}
        change["owner_id"] = people[number % len(people)]
        plan.append((templates[number % len(templates)], timedelta(seconds=float(shifts[number])), change))
    with transaction.atomic():
        new = list(_tickets(plan, Ticket))
        _put(Ticket._meta.db_table, [row for row, _ in new])
        for model in (Entry, ClockEntry):
            _put(model._meta.db_table, _belonging(model, plan, [pk for _, pk in new]))
        with connection.cursor() as cursor:
            cursor.execute("select setval('support_serial', (select max(serial) from support_ticket))")
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze support_ticket, support_entry, support_clockentry")
    profiles.fold()


Plan = list[tuple[UUID, timedelta, dict[str, Any]]]


def _tickets(plan: Plan, model: Any) -> Iterator[tuple[dict[str, Any], UUID]]:
    from tallylight.contracts.api import Level
    from tallylight.kernel.ids import new_id
    from tallylight.support.rank import rank

    rows = {each["id"]: each for each in model.objects.values()}
    serial = max(each["serial"] for each in rows.values())
    for number, (template, shift, change) in enumerate(plan, start=1):
        row = _moved(rows[template], shift) | change | {"id": new_id(), "serial": serial + number}
        stake = row["credit_at_stake"]
        row["rank_at"] = rank(row["due_at"], Level(row["level"]), credit=stake, viewers=row["viewers"]).at
        yield row, row["id"]


def _belonging(model: Any, plan: Plan, tickets: list[UUID]) -> Iterator[dict[str, Any]]:
    from tallylight.kernel.ids import new_id

    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in model.objects.order_by("id").values():
        found.setdefault(row["ticket_id"], []).append(row)
    for (template, shift, _), ticket in zip(plan, tickets, strict=True):
        for row in found[template]:
            yield _moved(row, shift) | {"id": new_id(), "ticket_id": ticket}


def _moved(row: dict[str, Any], shift: timedelta) -> dict[str, Any]:
    return {name: value + shift if isinstance(value, datetime) else value for name, value in row.items()}


def _put(table: str, rows: Any) -> None:
    from django.db import connection
    from psycopg.types.json import Jsonb

    rows = iter(rows)
    first = next(rows)
    names = ", ".join(f'"{name}"' for name in first)
    with connection.cursor() as cursor, cursor.copy(f"copy {table} ({names}) from stdin") as copy:
        for row in (first, *rows):
            copy.write_row([Jsonb(value) if isinstance(value, dict | list) else value for value in row.values()])


def checked(sample: int) -> int:
    """How many of a sample of tickets have other instants in their rows than their clocks say."""
    from tallylight.kernel import clock
    from tallylight.support import promises
    from tallylight.support.models import Ticket

    wrong = 0
    for ticket in Ticket.objects.order_by("serial")[:: max(1, Ticket.objects.count() // sample)]:
        before = (ticket.due_at, ticket.next_due_at, ticket.due_promise, ticket.news_due_at, ticket.rank_at)
        found = promises.readings(ticket, now=clock.now())
        promises.keep_due(ticket, now=clock.now())
        after = (ticket.due_at, ticket.next_due_at, ticket.due_promise, ticket.news_due_at, ticket.rank_at)
        wrong += before != after or len(found) != len(promises.Promise)
    return wrong
