"""What a ticket's page shows of its tasks and links, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer
from tallylight.incidents import api as incidents
from tallylight.support.api import RelationCard, Seen, TaskCard, TicketDetail

#: Incidents that are offered for a link.
INCIDENTS = 20


@dataclass(frozen=True, slots=True)
class DoingView:
    """`tasks`, `people` and `incidents` (to choose from, as value and name) are for the staff; `links` with how they read."""

    tasks: tuple[TaskCard, ...]
    open_tasks: int
    people: list[tuple[str, str]]
    links: list[tuple[str, RelationCard]]
    incidents: list[tuple[str, str]]


def doing_view(viewer: Viewer, detail: TicketDetail) -> DoingView:
    """For both sides: customers see links to what is theirs."""
    staff = viewer.is_provider
    latest = incidents.visible_to(viewer)[:INCIDENTS] if staff else []
    return DoingView(
        tasks=detail.tasks,
        open_tasks=sum(each.done_at is None for each in detail.tasks),
        people=[(str(each.id), each.name) for each in accounts.staff()] if staff else [],
        links=[(seen_word(each.seen), each) for each in detail.relations],
        incidents=[(str(each.id), f"{each.number} {incidents.headline(each)}") for each in latest],
    )


def seen_word(seen: Seen) -> str:
    """How a link reads."""
    return {Seen.RELATED: _("Related"), Seen.CAUSED_BY: _("Caused by"), Seen.CAUSES: _("Causes")}[seen]
