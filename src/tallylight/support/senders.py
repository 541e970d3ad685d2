"""Saying who wrote from an address that nobody knew: then their words become the customer's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer, require_staff
from tallylight.channels import api as channels
from tallylight.channels.api import PersonUnknown
from tallylight.kernel.errors import NotFound
from tallylight.support import closing, handling, replying
from tallylight.support.models import Entry


@transaction.atomic
def confirm_sender(viewer: Viewer, ticket_id: UUID, entry_id: UUID, person_id: UUID, *, now: datetime) -> None:
    """The address of that entry is that person's, who belongs to the ticket's customer.

    All that came from it to this ticket is shown to the customer as that person's words, and counts as heard now.
    Raises RoleRequired, NotFound, PersonUnknown.
    """
    require_staff(viewer)
    ticket = handling.held(viewer, ticket_id)
    entry = ticket.entries.filter(pk=entry_id, facts__unverified=True).first()
    if entry is None:
        raise NotFound
    if person_id not in {each.id for each in accounts.members_of(ticket.organisation_id)}:
        raise PersonUnknown(person=person_id)
    address, name = entry.facts["from"], entry.facts.get("from_name", "")
    channels.confirm(viewer, entry.channel, address, person_id, name=name, now=now)
    for each in ticket.entries.filter(facts__unverified=True, facts__from=address):
        _show(each, person_id, confirmed_by=viewer.name)
    if not closing.is_over(ticket, now=now):
        replying.heard(ticket, now=now)


def _show(entry: Entry, person_id: UUID, *, confirmed_by: str) -> None:
    entry.author_id, entry.internal = person_id, False
    entry.facts = {**entry.facts, "unverified": False, "confirmed_by": confirmed_by}
    entry.save(update_fields=["author", "internal", "facts"])
