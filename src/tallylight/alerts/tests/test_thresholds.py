"""Thresholds follow the contracts in force and the fleet's regions, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tallylight.alerts.models import Alert, Threshold
from tallylight.alerts.tests.conftest import House, threshold
from tallylight.alerts.thresholds import PROVIDER, in_force, revision, sync_from_contracts
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Metric
from tallylight.kernel import clock

pytestmark = pytest.mark.django_db

EXAMPLE = (Path(__file__).parents[4] / "examples" / "contracts" / "key-account.yaml").read_text()


def put_in_force(organisation: UUID, source: str = EXAMPLE) -> None:
    contracts.put_in_force(organisation, source, None, clock.now())


def of(organisation: UUID | None) -> dict[tuple[str, str], float]:
    rows = Threshold.objects.filter(organisation_id=organisation, withdrawn_at=None)
    return {(row.region, row.metric): row.raise_above for row in rows}


def test_the_provider_watches_every_region_that_has_nodes(house: House) -> None:
    sync_from_contracts(clock.now())
    assert of(None) == {
        (region, metric.value): PROVIDER[metric].raise_above
        for region in ("ap-southeast", "eu-central")
        for metric in Metric
    }
    assert of(house.pop) == {}


def test_a_contract_brings_its_own_levels_for_each_region(house: House) -> None:
    put_in_force(house.astra)
    sync_from_contracts(clock.now())
    levels = of(house.astra)
    assert levels["eu-central", "latency"] == 150
    assert levels["ap-southeast", "latency"] == 200
    agreement = contracts.in_force(house.astra, clock.now())
    assert agreement is not None
    assert len(levels) == len(agreement.thresholds)
    sources = set(Threshold.objects.filter(organisation_id=house.astra).values_list("source", flat=True))
    assert sources == {contracts.all_in_force(clock.now())[0].sha256}


def test_repeating_changes_nothing_and_is_not_noticed(house: House) -> None:
    put_in_force(house.astra)
    assert sync_from_contracts(clock.now()) > 0
    before = revision()
    assert sync_from_contracts(clock.now()) == 0
    assert revision() == before


def test_an_amendment_changes_levels_in_place_and_is_noticed(house: House) -> None:
    put_in_force(house.astra)
    sync_from_contracts(clock.now())
    before, rows = revision(), set(Threshold.objects.filter(organisation_id=house.astra).values_list("id", flat=True))
    put_in_force(house.astra, EXAMPLE.replace("raise_above: 150ms", "raise_above: 170ms"))
    sync_from_contracts(clock.now())
    assert of(house.astra)["eu-central", "latency"] == 170
    assert revision() > before
    assert set(Threshold.objects.filter(organisation_id=house.astra).values_list("id", flat=True)) == rows


def test_a_threshold_no_contract_has_is_withdrawn_but_judged_while_its_alert_is_open(house: House) -> None:
    row = threshold(house.pop, source="an old contract")
    quiet = threshold(house.pop, metric="loss", source="an old contract")
    now = clock.now()
    Alert.objects.create(
        threshold=row, organisation_id=house.pop, node="sin-1", region=row.region, metric=row.metric, raise_above=200,
        clear_below=180, value=250, worst=250, samples=9, breached_at=now - timedelta(seconds=1), raised_at=now,
    )  # fmt: skip
    sync_from_contracts(now)
    held = {each.id: each.withdrawn_at for each in in_force().thresholds}
    assert held[row.id] == now
    assert quiet.id not in held
