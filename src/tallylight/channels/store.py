"""Keeping what comes in, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tallylight.channels.inbound import State, Why
from tallylight.channels.models import ReceivedItem
from tallylight.kernel.events import ItemReceived, publish


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something as its channel hands it over. `external_id` names it for good; `envelope` is what is known beside it."""

    channel: str
    external_id: str
    raw: bytes
    envelope: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def keep(arrival: Arrival, *, now: datetime) -> UUID:
    """Write it down and have it read. Durable when the transaction is; the same thing twice is one item."""
    row = ReceivedItem(
        channel=arrival.channel,
        external_id=arrival.external_id,
        raw=arrival.raw,
        octets=len(arrival.raw),
        envelope=dict(arrival.envelope),
        received_at=now,
    )
    ReceivedItem.objects.bulk_create([row], ignore_conflicts=True)
    known = ReceivedItem.objects.only("pk").get(channel=arrival.channel, external_id=arrival.external_id)
    if known.pk == row.pk:
        publish(ItemReceived(row.pk, now))
    return known.pk


def take(item_id: UUID) -> ReceivedItem | None:
    """The item if it is still to be placed, its row held until the transaction ends."""
    return ReceivedItem.objects.select_for_update(of=("self",)).filter(pk=item_id, state=State.NEW).first()


def routed(item_id: UUID, subject_id: UUID, *, now: datetime) -> None:
    """It is part of `subject_id` now."""
    ReceivedItem.objects.filter(pk=item_id).update(
        state=State.ROUTED, reason="", detail="", subject_id=subject_id, settled_at=now
    )


def ignore(item_id: UUID, why: Why, detail: str = "", *, now: datetime, subject_id: UUID | None = None) -> None:
    """Nobody needs to do anything about it."""
    _settle(item_id, State.IGNORED, why, detail, now=now, subject_id=subject_id)


def set_aside(item_id: UUID, why: Why, detail: str = "", *, now: datetime) -> None:
    """It can't be read or placed: people decide."""
    _settle(item_id, State.SET_ASIDE, why, detail, now=now)


def ask_whose(item_id: UUID, why: Why, *, now: datetime) -> None:
    """It is from somebody whom we don't know: people decide."""
    _settle(item_id, State.UNKNOWN, why, "", now=now)


def again(item_id: UUID, *, now: datetime) -> None:
    """Have it read and placed again."""
    fresh = {"state": State.NEW, "reason": "", "detail": "", "attempts": 0, "settled_at": None}
    ReceivedItem.objects.filter(pk=item_id).update(**fresh)
    publish(ItemReceived(item_id, now))


def _settle(
    item_id: UUID, state: State, why: Why, detail: str, *, now: datetime, subject_id: UUID | None = None
) -> None:
    ReceivedItem.objects.filter(pk=item_id).update(
        state=state, reason=why, detail=detail.replace("\0", "")[:2_000], subject_id=subject_id, settled_at=now
    )
