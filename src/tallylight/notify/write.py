"""One row of the outbox, with what wakes its courier."""

from __future__ import annotations

from datetime import datetime

from tallylight.notify.letter import Recipient, Text
from tallylight.notify.models import Message
from tallylight.notify.patience import LIFETIME
from tallylight.notify.rates import destination_of


def write(
    message: Message, to: Recipient, content: Text, *, now: datetime, not_before: datetime | None = None
) -> Message:
    """Complete the row and write it, in the caller's transaction, unless there is one with its key."""
    from tallylight.notify.jobs import wake

    message.person_id = to.person_id
    message.locale = to.locale
    message.subject, message.text, message.html = content.subject[:500], content.text, content.html
    endpoint = message.endpoint
    message.destination = destination_of(message.channel, message.address, endpoint.url_secret if endpoint else None)
    message.created_at, message.next_at = now, max(now, not_before or now)
    message.expires_at = now + LIFETIME
    Message.objects.bulk_create([message], ignore_conflicts=True)
    wake(message.channel, at=message.next_at if message.next_at > now else None)
    return message
