"""Figures of a period, beside the tickets they are of."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from uuid import UUID

import pytest
from django.test import Client

from tallylight.contracts.api import Level
from tallylight.support import api
from tallylight.support.figures import By, Figure, PeriodRefused, figures, whole
from tallylight.support.following import look_at_due
from tallylight.support.models import Satisfaction, Ticket
from tallylight.support.states import Channel, Promise
from tallylight.support.tests.scene import ASTRA, Scene

pytestmark = pytest.mark.django_db
TOOK = (2, 5, 9, 50)


@pytest.fixture
def opened(scene: Scene) -> list[UUID]:
    """Four of one customer, taken after 2, 5, 9 and 50 minutes, resolved after an hour; the last one breaks its response.

    One changes hands, one is opened again; and one of another customer that we saw ourselves.
    """
    mia, ana, omar = scene.viewer("mia"), scene.viewer("ana"), scene.viewer("omar")
    start = scene.clock.now()
    made = [
        api.open_ticket(mia, title=f"No {n}", text="Black.", level=Level.BASIC, channel=Channel.API, now=start)
        for n in range(len(TOOK))
    ]
    scene.fire(ASTRA)
    scene.work()
    scene.clock.move(timedelta(minutes=1))  # type: ignore[attr-defined]
    for ticket, minutes in zip(made, TOOK, strict=True):
        look_at_due(now=start + timedelta(minutes=minutes))
        api.acknowledge(ana, ticket, channel=Channel.API, now=start + timedelta(minutes=minutes))
    later = start + timedelta(hours=1)
    api.assign(omar, made[0], scene.people["wei"], reason="Yours.", channel=Channel.API, now=later)
    for ticket in made:
        api.resolve(ana, ticket, "Done.", channel=Channel.API, now=later)
    api.say(mia, made[1], "Black again.", channel=Channel.API, now=later + timedelta(minutes=1))
    return made


def found(scene: Scene, name: str, **choice: UUID) -> list[Figure]:
    start = scene.clock.now() - timedelta(days=1)
    end = start + timedelta(days=2)
    return figures(scene.viewer(name), start, end, now=start + timedelta(hours=30), **choice)


def test_times_are_median_and_p90_of_the_tickets_own(scene: Scene, opened: list[UUID]) -> None:
    mine = whole(found(scene, "mia"))
    assert mine is not None
    response = mine.timings[Promise.RESPONSE]
    assert (mine.tickets, response.count) == (4, 4)
    assert response.median_s == median(TOOK) * 60
    assert response.p90_s == pytest.approx((9 + 0.7 * (50 - 9)) * 60)


def test_a_promise_counts_as_its_clock_judged_it(scene: Scene, opened: list[UUID]) -> None:
    mine = whole(found(scene, "mia"))
    assert mine is not None
    late = Ticket.objects.get(pk=opened[3]).breaches.filter(promise="response", withdrawn=False).exists()
    assert late, "the last one was taken after the promised time"
    assert (mine.timings[Promise.RESPONSE].decided, mine.timings[Promise.RESPONSE].kept) == (4, 0.75)


def test_hops_reopening_and_who_saw_it_first(scene: Scene, opened: list[UUID]) -> None:
    everything = whole(found(scene, "omar"))
    assert everything is not None
    assert (everything.tickets, everything.hops, everything.reopened) == (5, 0.2, 0.2)
    assert everything.found_first == 0.2
    assert everything.idle_s is not None
    assert everything.idle_s > 0


def test_every_way_to_tell_them_apart_adds_up(scene: Scene, opened: list[UUID]) -> None:
    rows = found(scene, "omar")
    for by in By:
        assert sum(each.tickets for each in rows if each.by is by) == 5, by
    assert {each.name for each in rows if each.by is By.CHANNEL} == {"api", "system"}


def test_satisfaction_is_the_mean_of_answers(scene: Scene, opened: list[UUID]) -> None:
    for ticket, score in zip(opened, (5, 2, None, None), strict=True):
        Satisfaction.objects.create(ticket_id=ticket, asked_at=scene.clock.now(), score=score)
    mine = whole(found(scene, "mia"))
    assert mine is not None
    assert (mine.score, mine.answers) == (3.5, 2)


def test_a_customer_gets_its_own_whatever_it_asks_for(scene: Scene, opened: list[UUID]) -> None:
    lumen, astra = scene.viewer("mia").organisation_id, scene.viewer("li").organisation_id
    assert {each.key for each in found(scene, "li", customer=lumen) if each.by is By.CUSTOMER} == {str(astra)}
    chosen = whole(found(scene, "omar", customer=lumen))
    assert chosen is not None
    assert chosen.tickets == 4


def test_a_period_ends_after_its_start_and_is_bounded(scene: Scene) -> None:
    now = scene.clock.now()
    for length in (timedelta(0), timedelta(days=-1), timedelta(days=401)):
        with pytest.raises(PeriodRefused):
            figures(scene.viewer("omar"), now, now + length, now=now)
    assert figures(scene.viewer("omar"), now, now + timedelta(1), now=now) == []


def test_the_file_has_the_same_figures(scene: Scene, opened: list[UUID], client: Client) -> None:
    headers = scene.token("mia")
    asked = "?start=2026-11-22T00:00:00Z&end=2026-11-24T00:00:00Z"
    answer = client.get(f"/api/v1/desk/figures{asked}", headers=headers).json()
    file = client.get(f"/api/v1/desk/figures.csv{asked}", headers=headers)
    lines = file.content.decode().splitlines()
    assert len(lines) == len(answer) + 1
    assert lines[1].split(",")[:4] == ["all", "", "", "4"]
    assert answer[0]["response"]["median_s"] == median(TOOK) * 60
