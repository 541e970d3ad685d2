"""Alerts becoming incidents, on real PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from tallylight.escalation.tests.test_services import together
from tallylight.incidents import api, handlers
from tallylight.incidents.models import Incident, IncidentAlert
from tallylight.kernel.errors import NotFound
from tallylight.kernel.events import ThresholdCleared, ThresholdRaised
from tallylight.support.tests.scene import ASTRA, LUMEN, Scene


def _raised(scene: Scene, alert: UUID) -> None:
    handlers.on_threshold_raised(ThresholdRaised(alert, scene.clock.now()))


def _cleared(scene: Scene, alert: UUID) -> None:
    handlers.on_threshold_cleared(ThresholdCleared(alert, scene.clock.now()))


def _events(name: str) -> int:
    """How often it was told: every listener hears each one once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs"
            " where args->'event'->>'event' = %s and args->>'listener' like 'tallylight.support.%%'",
            [name],
        )
        (count,) = cursor.fetchone()
    return int(count)


def test_alerts_of_one_region_are_one_incident(scene: Scene) -> None:
    for alert in (scene.fire(), scene.fire(ASTRA), scene.fire(node="sin-2", metric="loss", value=4.1, limit=2.0)):
        _raised(scene, alert)
    _raised(scene, scene.fire(ASTRA, region="eu-central", node="fra-1"))
    singapore, frankfurt = Incident.objects.order_by("serial")
    assert (singapore.region, singapore.alerts.count()) == ("ap-southeast", 3)
    assert (frankfurt.region, frankfurt.alerts.count()) == ("eu-central", 1)
    assert {each.organisation_id for each in api.impacts(singapore.pk)} == set(scene.customers.values())


def test_the_same_alert_twice_is_one(scene: Scene) -> None:
    alert = scene.fire()
    _raised(scene, alert)
    _raised(scene, alert)
    assert IncidentAlert.objects.count() == 1
    assert _events("IncidentOpened") == 1


@pytest.mark.django_db(transaction=True)
def test_workers_that_hear_of_two_alerts_at_once_open_one_incident(scene: Scene) -> None:
    alerts = [scene.fire(node=f"sin-{number}") for number in range(6)]
    queue = iter(alerts)
    together(6, lambda: _raised(scene, next(queue)))
    assert Incident.objects.count() == 1
    assert _events("IncidentOpened") == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_over_when_the_last_alert_is_and_that_is_said_once(scene: Scene) -> None:
    first, second = scene.fire(), scene.fire(ASTRA)
    _raised(scene, first)
    _raised(scene, second)
    scene.clock.move(timedelta(minutes=3))
    scene.clear(first)
    _cleared(scene, first)
    assert Incident.objects.get().recovered_at is None
    scene.clock.move(timedelta(seconds=5))
    scene.clear(second)
    together(4, lambda: _cleared(scene, second))
    assert Incident.objects.get().recovered_at == scene.clock.now()
    assert _events("IncidentRecovered") == 1


def test_an_alert_that_was_over_before_anybody_heard_of_it_opens_and_ends_its_incident(scene: Scene) -> None:
    alert = scene.fire()
    scene.clear(alert)
    _cleared(scene, alert)
    assert not Incident.objects.exists()
    _raised(scene, alert)
    assert Incident.objects.get().recovered_at is not None
    assert _events("IncidentRecovered") == 1


def test_what_comes_after_the_recovery_is_a_new_incident(scene: Scene) -> None:
    first = scene.fire()
    _raised(scene, first)
    scene.clear(first)
    _cleared(scene, first)
    _raised(scene, scene.fire())
    assert Incident.objects.count() == 2


def test_a_graver_alert_makes_a_running_incident_weigh_more(scene: Scene) -> None:
    _raised(scene, scene.fire(ASTRA))
    assert Incident.objects.get().severity == "fault"
    _raised(scene, scene.fire(ASTRA, metric="dead", value=1800.0, limit=1500.0))
    assert Incident.objects.get().severity == "major"
    assert _events("IncidentWidened") == 1


def test_a_customer_sees_what_hurts_it_and_of_that_its_own_part(scene: Scene, client: Client) -> None:
    _raised(scene, scene.fire())
    _raised(scene, scene.fire(ASTRA))
    _raised(scene, scene.fire(ASTRA, region="eu-central", node="fra-1"))
    mia, omar = scene.viewer("mia"), scene.viewer("omar")
    (card,) = api.visible_to(mia)
    assert [each.organisation_id for each in card.impacts] == [scene.customers[LUMEN]]
    assert len(api.visible_to(omar)) == 2
    told = " ".join(each.text for each in api.timeline(mia, card.id))
    assert "Lumen Live" in told
    assert "Astra" not in told
    (other,) = [each for each in api.visible_to(omar) if each.region == "eu-central"]
    with pytest.raises(NotFound):
        api.incident(mia, other.id)
    for path in (f"/api/v1/incidents/{other.id}", f"/api/v1/incidents/{other.id}/timeline"):
        assert client.get(path, headers=scene.token("mia")).status_code == 404
    assert "Astra" not in client.get("/api/v1/incidents", headers=scene.token("mia")).content.decode()


def test_the_public_state_names_no_customer(scene: Scene, client: Client) -> None:
    _raised(scene, scene.fire(metric="dead", value=1800.0, limit=1500.0))
    answer = client.get("/api/v1/status")
    states = {each["code"]: each["condition"] for each in answer.json()["regions"]}
    assert states == {"ap-southeast": "down", "eu-central": "well"}
    assert "umen" not in answer.content.decode()
    assert str(scene.customers[LUMEN]) not in answer.content.decode()


def test_the_timeline_reads_in_the_order_of_what_happened(scene: Scene) -> None:
    alert = scene.fire()
    _raised(scene, alert)
    scene.clock.move(timedelta(minutes=3))
    scene.clear(alert)
    _cleared(scene, alert)
    (card,) = api.visible_to(scene.viewer("omar"))
    assert [each.text for each in api.timeline(scene.viewer("omar"), card.id)] == [
        "Latency at sin-1 was 254 ms; the limit is 200 ms.",
        "The incident was opened.",
        "Lumen Live is affected.",
        "Latency at sin-1 is within its limit again.",
        "Every measurement is within its limit again. The incident is over.",
    ]
