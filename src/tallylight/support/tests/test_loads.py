"""How many tickets everybody has: kept by what changes them, the same as if they were counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Count

from tallylight.contracts.api import Level
from tallylight.support import api, profiles
from tallylight.support.models import OwnedChange, Ticket
from tallylight.support.states import PENDING, Channel
from tallylight.support.tests.scene import Scene

pytestmark = pytest.mark.django_db


def counted() -> dict[object, int]:
    rows = Ticket.objects.filter(state__in=PENDING, owner__isnull=False).values("owner").annotate(n=Count("id"))
    return {row["owner"]: row["n"] for row in rows}


def test_the_sum_is_the_count_through_a_tickets_life(scene: Scene) -> None:
    mia, omar = scene.viewer("mia"), scene.viewer("omar")
    opened = [
        api.open_ticket(
            mia, title=f"No {n}", text="Black.", level=Level.FAULT, channel=Channel.API, now=scene.clock.now()
        )
        for n in range(4)
    ]
    assert profiles.loads() == counted() != {}
    reason = {"reason": "Yours.", "channel": Channel.API}
    api.assign(omar, opened[0], scene.people["wei"], **reason, now=scene.clock.now())  # type: ignore[arg-type]
    api.resolve(omar, opened[1], "Done.", channel=Channel.API, now=scene.clock.now() + timedelta(minutes=1))
    assert profiles.loads() == counted()
    assert profiles.pending_of(scene.people["wei"]) == 1
    profiles.fold()
    assert profiles.loads() == counted()
    assert OwnedChange.objects.count() == len(counted())
    api.say(mia, opened[1], "Black again.", channel=Channel.API, now=scene.clock.now() + timedelta(minutes=2))
    Ticket.objects.filter(pk=opened[2]).update(owner=None)
    assert profiles.loads() == counted()


def test_who_has_nothing_any_more_is_left_out(scene: Scene) -> None:
    mia, omar = scene.viewer("mia"), scene.viewer("omar")
    made = api.open_ticket(
        mia, title="One", text="Black.", level=Level.FAULT, channel=Channel.API, now=scene.clock.now()
    )
    api.resolve(omar, made, "Done.", channel=Channel.API, now=scene.clock.now())
    assert profiles.loads() == {}
    profiles.fold()
    assert not OwnedChange.objects.exists()
