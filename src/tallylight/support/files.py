"""Files that came with a ticket's words."""

from __future__ import annotations

from uuid import UUID

from tallylight.accounts.api import Viewer
from tallylight.channels import api as channels
from tallylight.kernel.errors import NotFound
from tallylight.support.models import Ticket


def ticket_file(viewer: Viewer, ticket_id: UUID, file_id: UUID) -> tuple[str, bytes]:
    """Name and contents of a kept file, if the viewer may read the words that it came with. Raises NotFound."""
    ticket: Ticket = Ticket.objects.get_visible(viewer, ticket_id)
    wanted = ticket.entries.filter(facts__files__contains=[{"id": str(file_id)}])
    entry = (wanted if viewer.is_provider else wanted.filter(internal=False)).first()
    if entry is None:
        raise NotFound
    found = next(each for each in entry.facts["files"] if each["id"] == str(file_id))
    if found["refusal"]:
        raise NotFound
    return found["name"], channels.file_data(found["sha256"])
