"""Chats in which somebody spoke with us: an answer goes back into the same chat, and by mail if the chat does not take it.

A room belongs to no person, so nothing but answers ever goes there: others may read along.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tallylight.notify import apprise_urls, outbox
from tallylight.notify.errors import EndpointRefused
from tallylight.notify.letter import MAIL, Recipient, Text
from tallylight.notify.models import Endpoint

CHANNEL = "im"


def keep_room(name: str, url: str, *, label: str, now: datetime) -> UUID:
    """Remember by which Apprise URL the room of that name is reached; the same name is the same room. Raises EndpointRefused."""
    if not apprise_urls.is_deliverable(url):
        raise EndpointRefused
    values = {"url_secret": url, "label": label[:100]}
    row, _created = Endpoint.objects.update_or_create(
        room=name, defaults=values, create_defaults={**values, "channel": CHANNEL, "created_at": now}
    )
    return row.pk


def answer_in(
    room_id: UUID, key: str, *, to: Recipient, content: Text, now: datetime, about: UUID | None = None
) -> None:
    """Answer somebody in that room; by mail if it does not take it within its time. Once for each key, as every message."""
    outbox.say(key, to, content, [[str(room_id)], [MAIL]], about, urgent=False, now=now)
