"""A small world for tests: the provider's staff, two customers under the example contracts, alerts that fire and clear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationKind, Role, Viewer
from tallylight.alerts.models import Alert, Threshold
from tallylight.config import carrier
from tallylight.contracts import api as contracts
from tallylight.escalation import services as escalation
from tallylight.fleet import api as fleet
from tallylight.kernel.clock import Clock, MovableClock, use_clock
from tallylight.kernel.events import ThresholdCleared, ThresholdRaised, publish
from tallylight.notify import delivery, jobs
from tallylight.support import following, silence

CONTRACTS = Path(__file__).resolve().parents[4] / "examples" / "contracts"
START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LUMEN, ASTRA = "lumen-live", "astra-voice"


@dataclass
class Scene:
    """Who is there, and the hands to make things happen. Jobs are done by `work`, as the worker would."""

    clock: Clock
    people: dict[str, UUID] = field(default_factory=dict)
    customers: dict[str, UUID] = field(default_factory=dict)

    def viewer(self, name: str) -> Viewer:
        """Somebody as the API sees them."""
        return next(each for each in self._viewers() if each.person_id == self.people[name])

    def token(self, name: str) -> dict[str, str]:
        """The headers that let somebody in."""
        return {"authorization": f"Bearer {accounts.create_token(self.people[name], 'test')}"}

    def fire(
        self,
        customer: str = LUMEN,
        *,
        node: str = "sin-1",
        region: str = "ap-southeast",
        metric: str = "latency",
        value: float = 254.0,
        limit: float = 200.0,
    ) -> UUID:
        """A customer's threshold is broken at a node: the alert and its event, as the hub writes them."""
        now = self.clock.now()
        with transaction.atomic():
            threshold = Threshold.objects.create(
                organisation_id=self.customers[customer],
                region=region,
                metric=metric,
                raise_above=limit,
                clear_below=limit * 0.9,
                window_s=1,
                for_s=1,
                clear_for_s=5,
                min_samples=5,
                source="test",
            )
            alert = Alert.objects.create(
                threshold=threshold,
                organisation_id=threshold.organisation_id,
                node=node,
                region=region,
                metric=metric,
                raise_above=limit,
                clear_below=limit * 0.9,
                value=value,
                worst=value,
                samples=30,
                breached_at=now - timedelta(seconds=1),
                raised_at=now,
            )
            publish(ThresholdRaised(alert.pk, now))
        return alert.pk

    def clear(self, alert: UUID) -> None:
        """The alert is over by measurement."""
        now = self.clock.now()
        with transaction.atomic():
            Alert.objects.filter(pk=alert).update(cleared_at=now, recovered_at=now)
            publish(ThresholdCleared(alert, now))

    def work(self) -> None:
        """Do what a worker would do now: events in the order they came, due steps, due messages; until nothing is left."""
        while self._hear():
            pass
        following.look_at_due(now=self.clock.now())
        silence.look(now=self.clock.now())
        while self._hear():
            pass
        for escalation_id in escalation.due_escalations(self.clock.now()):
            escalation.advance(escalation_id, now=self.clock.now())
        while self._hear():
            pass
        for message_id in jobs.due_messages(self.clock.now()):
            delivery.deliver(message_id)

    def pass_time(self, by: timedelta, *, step: timedelta = timedelta(seconds=10)) -> None:
        """Let time go by, the worker at work all the while."""
        assert isinstance(self.clock, MovableClock)
        until = self.clock.now() + by
        while self.clock.now() < until:
            self.clock.move(min(step, until - self.clock.now()))
            self.work()

    def _hear(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "select id, args from procrastinate_jobs where task_name = 'config.hear' order by id limit 1"
            )
            row = cursor.fetchone()
        if row is None:
            return False
        job, args = row
        carrier.hear.func(**json.loads(args))
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs where id = %s", [job])
        return True

    def _viewers(self) -> Iterator[Viewer]:
        from tallylight.accounts.sign_in import _viewer

        return (_viewer(person) for person in self.people.values())


def _forget_jobs() -> None:
    """The job engine's tables are not Django's own: what an earlier test left in them stays otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")


CAST = {
    "ana": ("agent@tallylight.example", "Ana Ruiz", Role.AGENT, "tallylight", "en"),
    "wei": ("engineer@tallylight.example", "Wei Chen", Role.ENGINEER, "tallylight", "en"),
    "omar": ("manager@tallylight.example", "Omar Haddad", Role.MANAGER, "tallylight", "en"),
    "mia": ("mia@lumen.example", "Mia Tan", Role.MEMBER, LUMEN, "en"),
    "li": ("li@astra.example", "Li Ming", Role.MEMBER, ASTRA, "zh-hans"),
}


@contextmanager
def playing(clock: Clock | None = None) -> Iterator[Scene]:
    """The scene at 2026-11-23T01:30Z on a clock that stands until it is moved, or on another clock."""
    with use_clock(clock or MovableClock(START)) as clock:
        scene = Scene(clock)
        _forget_jobs()
        fleet.add_region("ap-southeast", en="Singapore", zh="新加坡")
        fleet.add_region("eu-central", en="Frankfurt", zh="法兰克福")
        accounts.create_organisation("tallylight", "Tallylight", OrganisationKind.PROVIDER)
        for name in ("starter.yaml", "key-account.yaml"):
            source = (CONTRACTS / name).read_text(encoding="utf-8")
            customer = contracts.read(source).customer
            scene.customers[customer.slug] = accounts.create_organisation(
                customer.slug, customer.name, OrganisationKind.CUSTOMER
            )
            contracts.put_in_force(scene.customers[customer.slug], source, None, clock.now() - timedelta(days=30))
        for name, (login, full, role, home, locale) in CAST.items():
            scene.people[name] = accounts.create_person(login, full, home, role, password=None, locale=locale)
        yield scene
