"""Who looks at a ticket right now, and who writes: told to every web process, kept in no table.

A mark lives for seconds and is told again while it holds; whoever vanishes is forgotten by itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tallylight.accounts.api import Viewer
from tallylight.support.models import Ticket

#: PostgreSQL's channel on which marks are told (NOTIFY).
CHANNEL = "tally_presence"


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody has the ticket before them; `typing`: they write an answer."""

    ticket_id: UUID
    organisation_id: UUID
    person_id: UUID
    name: str
    staff: bool
    typing: bool


def tell(viewer: Viewer, ticket_id: UUID, *, typing: bool) -> None:
    """Tell every web process that the viewer has the ticket before them. Raises NotFound."""
    ticket = Ticket.objects.only("organisation_id").get_visible(viewer, ticket_id)
    said = [str(ticket.pk), str(ticket.organisation_id), str(viewer.person_id), viewer.name, viewer.is_provider, typing]
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [CHANNEL, json.dumps(said)])


def heard(payload: str) -> Mark:
    """The mark that a notification tells. Raises ValueError."""
    ticket, organisation, person, name, staff, typing = json.loads(payload)
    return Mark(UUID(ticket), UUID(organisation), UUID(person), str(name), bool(staff), bool(typing))
