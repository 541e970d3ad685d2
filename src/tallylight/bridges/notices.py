"""What those on a bridge are told, by their own ways; what customers are told goes by their tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from tallylight.accounts.api import PersonCard
from tallylight.bridges.about import About
from tallylight.bridges.lines import seat_name
from tallylight.bridges.models import Bridge, SeatOffer
from tallylight.bridges.seats import Seat
from tallylight.notify import api as notify


def announce_seat(bridge: Bridge, about: About, seat: Seat, person: PersonCard, *, now: datetime) -> None:
    """Tell somebody that a seat of a new bridge is theirs, without having been asked."""
    _send("seated", bridge, about, person, seat=seat, key=f"{seat}:{now.isoformat()}", now=now)


def announce_missing(bridge: Bridge, about: About, seat: Seat, manager: PersonCard, *, now: datetime) -> None:
    """Tell a manager that nobody was found for a seat."""
    _send("missing", bridge, about, manager, seat=seat, key=f"{seat}:{now.isoformat()}", now=now)


def announce_offer(
    bridge: Bridge, about: About, offer: SeatOffer, person: PersonCard, *, by: str, now: datetime
) -> None:
    """Ask somebody whether they take a seat over."""
    _send("offered", bridge, about, person, seat=Seat(offer.seat), key=str(offer.pk), now=now, by=by, offer=offer)


def announce_answer(
    bridge: Bridge, about: About, offer: SeatOffer, giver: PersonCard, *, by: str, now: datetime
) -> None:
    """Tell whoever offered a seat what became of the offer; `by` is empty if nobody answered."""
    _send("answered", bridge, about, giver, seat=Seat(offer.seat), key=str(offer.pk), now=now, by=by, offer=offer)


def announce_news_due(bridge: Bridge, about: About, person: PersonCard, *, due_at: datetime, now: datetime) -> None:
    """Remind somebody that the customers of the incident wait for news, once for each time they are due."""
    _send("news_due", bridge, about, person, seat=None, key=due_at.isoformat(), now=now, due_at=due_at)


def _send(
    template: str,
    bridge: Bridge,
    about: About,
    person: PersonCard,
    *,
    seat: Seat | None,
    key: str,
    now: datetime,
    **facts: Any,
) -> None:
    to = notify.Recipient(person.email, person.locale, person.timezone, person.name, person.id)
    with translation.override(person.locale):
        named = seat_name(seat) if seat else ""
        headline = about.headline()
    content = notify.compose(
        f"bridges/mail/{template}.txt",
        to,
        number=about.number,
        headline=headline,
        seat=named,
        conference=bridge.conference,
        page=f"{settings.PUBLIC_URL}/bridges/{bridge.pk}",
        now=now,
        **facts,
    )
    notify.reach(
        f"bridge:{bridge.pk}:{template}:{key}:{person.id}",
        to=to,
        content=content,
        now=now,
        about=bridge.pk,
        urgent=True,
    )
