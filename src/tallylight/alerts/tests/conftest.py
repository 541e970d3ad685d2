"""A provider, two customers, and a fleet of four nodes in two regions."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from tallylight.accounts.api import OrganisationKind, create_organisation
from tallylight.alerts.models import Threshold, ThresholdRevision
from tallylight.fleet import api as fleet
from tallylight.kernel import clock

REGIONS = {"sin-1": "ap-southeast", "sin-2": "ap-southeast", "fra-1": "eu-central", "fra-2": "eu-central"}


@dataclass(frozen=True)
class House:
    """Who and what is there."""

    provider: UUID
    astra: UUID
    pop: UUID


@pytest.fixture
def house(db: None) -> House:
    """Organisations and nodes."""
    for name, region in REGIONS.items():
        fleet.add_region(region, en=region, zh=region)
        token = fleet.grant_enrolment(name, region, now=clock.now())
        fleet.enrol(token, name, host="127.0.0.1", stamp_port=9, viewer_port=9, now=clock.now())
    return House(
        create_organisation("tallylight", "Tallylight", OrganisationKind.PROVIDER),
        create_organisation("astra-voice", "Astra Voice", OrganisationKind.CUSTOMER),
        create_organisation("pop", "Pop", OrganisationKind.CUSTOMER),
    )


def threshold(organisation: UUID | None, **fields: object) -> Threshold:
    """Latency above 200 ms in ap-southeast, unless said otherwise."""
    usual: dict[str, object] = {
        "region": "ap-southeast",
        "metric": "latency",
        "raise_above": 200.0,
        "clear_below": 180.0,
        "window_s": 1,
        "for_s": 1,
        "clear_for_s": 2,
        "min_samples": 5,
        "source": "default",
    }
    ThresholdRevision.objects.update_or_create(id=1, defaults={"number": 1})
    return Threshold.objects.create(organisation_id=organisation, **usual | fields)
