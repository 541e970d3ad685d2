"""The test button: a message to one of one's own addresses, to see what happens to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tallylight.accounts.api import Viewer, person
from tallylight.kernel.ids import new_id
from tallylight.notify.compose import compose
from tallylight.notify.errors import EndpointUnknown, TooManyTrials
from tallylight.notify.letter import MAIL, Recipient
from tallylight.notify.models import Endpoint, Message
from tallylight.notify.write import write

#: So many tests within so long: a button that sends must not become a way to annoy.
MOST, WITHIN = 5, timedelta(minutes=1)
KEY = "trial:"


def send_trial(viewer: Viewer, way: str, *, now: datetime) -> UUID:
    """Write a test message to the viewer's mail address ("mail") or one of their further addresses, by id; returns its id.

    It goes by that way alone. Raises EndpointUnknown, TooManyTrials.
    """
    card = person(viewer.person_id)
    endpoint = _endpoint(viewer.person_id, way)
    recent = Message.objects.filter(person_id=viewer.person_id, key__startswith=KEY, created_at__gt=now - WITHIN)
    if recent.count() >= MOST:
        raise TooManyTrials(most=MOST)
    address = card.email if card else ""
    to = Recipient(address, viewer.locale, viewer.timezone, viewer.name, viewer.person_id)
    message = Message(
        key=f"{KEY}{new_id()}",
        urgent=True,
        channel=endpoint.channel if endpoint else MAIL,
        address="" if endpoint else address,
        endpoint=endpoint,
    )
    return write(message, to, compose("notify/mail/trial.txt", to), now=now).pk


def _endpoint(person_id: UUID, way: str) -> Endpoint | None:
    if way == MAIL:
        return None
    try:
        return Endpoint.objects.get(pk=UUID(way), person_id=person_id)
    except (ValueError, Endpoint.DoesNotExist):
        raise EndpointUnknown from None
