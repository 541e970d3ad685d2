"""A provider whose people take turns; the clock stands at a Monday morning and is moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationKind, Role, Viewer
from tallylight.accounts.sign_in import _viewer
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.notify.models import Message
from tallylight.oncall import api
from tallylight.oncall.api import LayerWanted, Unit

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # 09:00 in Berlin
CAST = {"ana": Role.AGENT, "wei": Role.ENGINEER, "ben": Role.ENGINEER, "omar": Role.MANAGER, "ingrid": Role.ADMIN}


@dataclass
class House:
    """Who works there, and what they do."""

    clock: MovableClock
    people: dict[str, UUID]

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def viewer(self, name: str) -> Viewer:
        return _viewer(self.people[name])

    def at(self, days: float) -> datetime:
        """So many days after the Monday on which everything starts."""
        return MONDAY + timedelta(days=days)

    def layer(self, *names: str, slug: str = "front", **changes: object) -> api.LayerCard:
        """Weeks from the Monday on, unless told otherwise."""
        usual = {"name": "Weeks", "starts": date(2026, 3, 2), "at": time(9), "unit": Unit.WEEKS}
        wanted = LayerWanted(people=tuple(self.people[each] for each in names), **{**usual, **changes})  # type: ignore[arg-type]
        return api.add_layer(self.viewer("omar"), slug, wanted)

    def told(self, start: float, end: float, slug: str = "front") -> list[tuple[float, str]]:
        """From which day on, and who."""
        found = api.shifts(slug, self.at(start), self.at(end))
        return [
            ((each.start - MONDAY) / timedelta(days=1), each.who.person.name if each.who else "nobody")
            for each in found
        ]

    def mails(self, name: str) -> list[Message]:
        return list(Message.objects.filter(person_id=self.people[name]).order_by("id"))


@pytest.fixture
def house(db: None) -> Iterator[House]:
    with use_clock(MovableClock(MONDAY)) as clock:
        for slug, kind in (("net", "provider"), ("a", "customer")):
            accounts.create_organisation(slug, slug, OrganisationKind(kind))
        people = {
            n: accounts.create_person(f"{n}@x.example", n, "net", role, password=None) for n, role in CAST.items()
        }
        people["mia"] = accounts.create_person("mia@a.example", "mia", "a", Role.MEMBER, password=None)
        made = House(clock, people)
        api.make_schedule(made.viewer("omar"), "front", "Front line", "Europe/Berlin")
        yield made
