"""A small world made by the product's own use cases: a provider, two customers under contract, a night that hurts one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationKind, Role
from tallylight.alerts.models import Alert, Threshold
from tallylight.contracts import api as contracts
from tallylight.fleet import api as fleet
from tallylight.incidents.handlers import on_threshold_raised
from tallylight.incidents.models import Incident
from tallylight.kernel import clock
from tallylight.kernel.events import IncidentOpened, ThresholdRaised
from tallylight.support.handlers import on_incident_opened
from tallylight.support.models import Ticket

EXAMPLES = Path(__file__).parents[2] / "examples" / "contracts"
REGIONS = {
    "ap-southeast": ("Singapore", "新加坡", "sin-1"),
    "us-east": ("Virginia", "弗吉尼亚", "iad-1"),
    "eu-central": ("Frankfurt", "法兰克福", "fra-1"),
    "me-central": ("Dubai", "迪拜", "dxb-1"),
}


@dataclass(frozen=True, slots=True)
class Customer:
    """An organisation under a contract, with one member, who signs for it."""

    id: UUID
    slug: str
    name: str
    member: UUID
    email: str


@dataclass(frozen=True, slots=True)
class World:
    """`small` is promised two regions, `large` all four; `agent` and `manager` work for the provider."""

    provider: UUID
    agent: UUID
    manager: UUID
    small: Customer
    large: Customer


def make_world() -> World:
    """The provider, its staff, four nodes, and both example customers with their contracts in force."""
    provider = accounts.create_organisation("night-network", "Night Network", OrganisationKind.PROVIDER)
    staff = {
        role: accounts.create_person(f"{role}@night.example", f"Night {role}", "night-network", role, password=None)
        for role in (Role.AGENT, Role.ENGINEER, Role.MANAGER, Role.ADMIN)
    }
    for index, (code, (en, zh, node)) in enumerate(REGIONS.items()):
        fleet.add_region(code, en=en, zh=zh)
        token = fleet.grant_enrolment(node, code, now=clock.now())
        fleet.enrol(token, node, host="127.0.0.1", stamp_port=9 + index, viewer_port=9 + index, now=clock.now())
    return World(provider, staff[Role.AGENT], staff[Role.MANAGER], _customer("starter"), _customer("key-account"))


def _customer(contract: str) -> Customer:
    source = (EXAMPLES / f"{contract}.yaml").read_text()
    agreement = contracts.read(source)
    slug, name = agreement.customer.slug, agreement.customer.name
    organisation = accounts.create_organisation(slug, name, OrganisationKind.CUSTOMER)
    email = f"member@{slug}.example"
    member = accounts.create_person(email, f"Member of {name}", slug, Role.MEMBER, password=None, signatory=True)
    contracts.put_in_force(organisation, source, by=None, now=clock.now())
    return Customer(organisation, slug, name, member, email)


def bad_night(world: World, region: str = "me-central") -> Ticket:
    """The large customer's threshold breaks in `region`: an alert, its incident, and the customer's ticket."""
    now, node = clock.now(), REGIONS[region][2]
    levels = {"raise_above": 200.0, "clear_below": 180.0}
    threshold = Threshold.objects.create(
        organisation_id=world.large.id, region=region, metric="latency", **levels,
        window_s=1, for_s=1, clear_for_s=5, min_samples=5, source="test",
    )  # fmt: skip
    alert = Alert.objects.create(
        threshold=threshold, organisation_id=world.large.id, node=node, region=region, metric="latency", **levels,
        value=260.0, worst=260.0, samples=60, breached_at=now - timedelta(seconds=1), raised_at=now,
    )  # fmt: skip
    on_threshold_raised(ThresholdRaised(alert.id, now))
    incident = Incident.objects.latest("opened_at")
    on_incident_opened(IncidentOpened(incident.id, now))
    return Ticket.objects.get(incident=incident.id, organisation_id=world.large.id)
