"""What has to be done about a ticket, by whom and until when: rows, use cases, reminders. For the desk only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, Viewer, require_staff
from tallylight.kernel.errors import NotFound
from tallylight.support import entries, notices
from tallylight.support.errors import NobodyForTask, TooManyTasks
from tallylight.support.handling import held
from tallylight.support.models import Task, Ticket
from tallylight.support.states import Channel

#: A ticket with more to do is several tickets.
MOST = 50


@dataclass(frozen=True, slots=True)
class TaskCard:
    """A task: `who` does it, `due_at` None for any time, `done_at` and `done_by` once it is done."""

    id: UUID
    ticket_id: UUID
    number: str
    headline: str
    title: str
    who_id: UUID
    who: str
    due_at: datetime | None
    done_at: datetime | None
    done_by: str


@transaction.atomic
def add_task(
    viewer: Viewer,
    ticket_id: UUID,
    *,
    title: str,
    who: UUID,
    due_at: datetime | None,
    channel: Channel,
    now: datetime,
) -> UUID:
    """Give somebody of the staff something to do, who is told unless it is oneself.

    Raises RoleRequired, NotFound, NobodyForTask, TooManyTasks.
    """
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    person = accounts.person(who)
    if person is None or person.role is Role.MEMBER:
        raise NobodyForTask
    if ticket.tasks.count() >= MOST:
        raise TooManyTasks(number=ticket.number)
    row = Task.objects.create(
        ticket=ticket, title=title, who_id=who, due_at=due_at, made_by_id=viewer.person_id, made_at=now
    )
    entries.write(
        ticket,
        entries.Kind.TASK,
        now,
        key=str(row.pk),
        author=viewer.person_id,
        channel=channel,
        internal=True,
        title=title,
        person=person.name,
    )
    if who != viewer.person_id:
        notices.announce_task(ticket, person, task=title, by=viewer.name, due_at=due_at, key=str(row.pk), now=now)
    accounts.audit(viewer, "support.add-task", str(ticket.pk), task=str(row.pk), title=title)
    return row.pk


@transaction.atomic
def do_task(viewer: Viewer, task_id: UUID, *, channel: Channel, now: datetime) -> UUID:
    """It is done; the first one counts. Returns its ticket. Raises RoleRequired, NotFound."""
    require_staff(viewer)
    row = Task.objects.select_for_update().filter(pk=task_id).first()
    if row is None:
        raise NotFound
    if row.done_at is None:
        row.done_at, row.done_by_id = now, viewer.person_id
        row.save()
        kind, by = entries.Kind.TASK_DONE, viewer.person_id
        key, title = str(row.pk), row.title
        entries.write(
            row.ticket, kind, now, key=key, author=by, channel=channel, internal=True, title=title, person=viewer.name
        )
        accounts.audit(viewer, "support.do-task", str(row.ticket_id), task=key)
    return row.ticket_id


def of_ticket(ticket: Ticket) -> list[TaskCard]:
    """The tasks of a ticket and of what was merged into it: the open ones first, by when they are due."""
    return [_card(row) for row in _in_order(_of(ticket))]


def open_count(ticket: Ticket) -> int:
    """How many are not done."""
    return _of(ticket).filter(done_at=None).count()


def my_tasks(viewer: Viewer) -> list[TaskCard]:
    """What the viewer has to do, by when it is due. Raises RoleRequired."""
    require_staff(viewer)
    return [_card(row) for row in _in_order(_rows().filter(who_id=viewer.person_id, done_at=None))[:MOST]]


def remind(*, now: datetime) -> int:
    """Remind whoever has an open task that it is due, once; how many. Harmless when repeated."""
    due = Task.objects.filter(due_at__lte=now, done_at=None, reminded_at=None).order_by("due_at")
    return sum(_remind(each, now=now) for each in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _remind(task_id: UUID, *, now: datetime) -> bool:
    open_ones = Task.objects.select_for_update().filter(pk=task_id, done_at=None, reminded_at=None)
    row = open_ones.first()
    person = accounts.person(row.who_id) if row else None
    if row is None:
        return False
    row.reminded_at = now
    row.save(update_fields=["reminded_at"])
    if person:
        notices.announce_task_due(row.ticket, person, task=row.title, key=str(row.pk), now=now)
    return True


def _of(ticket: Ticket) -> QuerySet[Task]:
    return _rows().filter(Q(ticket=ticket) | Q(ticket__merged_into=ticket))


def _rows() -> QuerySet[Task]:
    return Task.objects.select_related("ticket", "who", "done_by")


def _in_order(rows: QuerySet[Task]) -> list[Task]:
    return sorted(rows, key=lambda row: (row.done_at is not None, row.due_at is None, row.due_at or row.made_at))


def _card(row: Task) -> TaskCard:
    return TaskCard(
        id=row.pk,
        ticket_id=row.ticket_id,
        number=row.ticket.number,
        headline=row.ticket.headline(get_language() or "en"),
        title=row.title,
        who_id=row.who_id,
        who=row.who.name,
        due_at=row.due_at,
        done_at=row.done_at,
        done_by=row.done_by.name if row.done_by else "",
    )
