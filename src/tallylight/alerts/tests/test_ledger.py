"""Alerts in PostgreSQL: one open alert a threshold and node, each event once, whatever is repeated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tallylight.alerts import api
from tallylight.alerts.ledger import Cleared, Raised, write
from tallylight.alerts.models import Alert
from tallylight.alerts.tests.conftest import House, threshold
from tallylight.alerts.thresholds import in_force
from tallylight.kernel import clock, events
from tallylight.kernel.events import Event, ThresholdCleared, ThresholdRaised
from tallylight.kernel.ids import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def published() -> Iterator[list[Event]]:
    """What was told to the rooms above."""
    told: list[Event] = []
    before = events._carrier
    events.set_carrier(told.append)
    yield told
    events._carrier = before


def raised(threshold_id: UUID, node: str = "sin-1") -> Raised:
    now = clock.now()
    return Raised(
        id=new_id(),
        threshold=threshold_id,
        node=node,
        region="ap-southeast",
        value=250.0,
        samples=60,
        breached_at=now - timedelta(seconds=1),
        raised_at=now,
    )


def cleared(threshold_id: UUID, node: str = "sin-1", worst: float = 400.0) -> Cleared:
    now = clock.now()
    return Cleared(
        threshold=threshold_id, node=node, worst=worst, recovered_at=now, cleared_at=now + timedelta(seconds=5)
    )


def test_an_alert_begins_once_and_says_so_once(house: House, published: list[Event]) -> None:
    change = raised(threshold(house.astra).id)
    write(change)
    write(change)
    assert published == [ThresholdRaised(alert=change.id, at=change.raised_at)]
    card = api.alert(change.id)
    assert (card.organisation, card.node, card.value, card.worst, card.firing) == (house.astra, "sin-1", 250, 250, True)


def test_a_second_alert_of_the_same_threshold_and_node_joins_the_open_one(house: House, published: list[Event]) -> None:
    first = raised(threshold(house.astra).id)
    write(first)
    write(replace(first, id=new_id()))
    assert len(published) == 1
    assert [card.id for card in api.firing()] == [first.id]


def test_an_alert_ends_once_and_says_so_once(house: House, published: list[Event]) -> None:
    change = raised(threshold(house.astra).id)
    write(change)
    over = cleared(change.threshold)
    write(over)
    write(over)
    assert published[1:] == [ThresholdCleared(alert=change.id, at=over.cleared_at)]
    card = api.alert(change.id)
    assert (card.worst, card.recovered_at, card.cleared_at, card.firing) == (
        400,
        over.recovered_at,
        over.cleared_at,
        False,
    )
    assert api.firing() == []


def test_a_beginning_repeated_after_the_end_begins_nothing(house: House, published: list[Event]) -> None:
    change = raised(threshold(house.astra).id)
    write(change)
    write(cleared(change.threshold))
    write(change)
    assert len(published) == 2
    assert api.firing() == []


def test_the_next_trouble_is_a_new_alert(house: House, published: list[Event]) -> None:
    first = raised(threshold(house.astra).id)
    write(first)
    write(cleared(first.threshold))
    second = raised(first.threshold)
    write(second)
    assert [type(event) for event in published] == [ThresholdRaised, ThresholdCleared, ThresholdRaised]
    assert Alert.objects.count() == 2
    assert [card.id for card in api.alerts([first.id, second.id])] == [first.id, second.id]


def test_without_its_event_an_alert_does_not_exist(house: House) -> None:
    def refuse(_event: Event) -> None:
        raise ConnectionError("the queue is away")

    before = events._carrier
    events.set_carrier(refuse)
    try:
        with pytest.raises(ConnectionError):
            write(raised(threshold(house.astra).id))
    finally:
        events._carrier = before
    assert Alert.objects.count() == 0


def test_who_watches_next_knows_what_is_open(house: House, published: list[Event]) -> None:
    one, other = threshold(house.astra), threshold(None)
    write(raised(one.id))
    write(raised(other.id, "sin-2"))
    write(cleared(other.id, "sin-2"))
    assert in_force().open_alerts == {(one.id, "sin-1"): 250.0}
    assert len(published) == 3


def test_an_unknown_alert_is_said_so() -> None:
    with pytest.raises(api.AlertUnknown):
        api.alert(new_id())
