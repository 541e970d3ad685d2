"""The door of `support`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, QuerySet, When

from tallylight.accounts.api import Viewer
from tallylight.clocks.api import Reading
from tallylight.contracts.api import Level
from tallylight.escalation import api as escalation
from tallylight.escalation.api import EscalationCard, lasting
from tallylight.kernel.ids import earliest_id
from tallylight.kernel.lazy import Lazy
from tallylight.notify import api as notify
from tallylight.notify.api import DeliveryCard
from tallylight.support import entries as said
from tallylight.support import offers, promises, relations, satisfaction, tasks
from tallylight.support.cards import TicketCard, card_of, with_names
from tallylight.support.care import Care, care_of
from tallylight.support.causes import CAUSE_NAMES, Cause, needs_words
from tallylight.support.chat import Posted, current, post
from tallylight.support.chat import conversation as read_conversation
from tallylight.support.chat_words import where_it_stands
from tallylight.support.closing import close
from tallylight.support.desk_rules import reopen_days, set_reopen_days
from tallylight.support.entries import cause_name
from tallylight.support.errors import (
    AnswerStands,
    CauseNeeded,
    MergeOver,
    MergeRefused,
    NobodyForTask,
    NobodyToOwn,
    NotAsked,
    NotForYou,
    NothingToLink,
    NothingToSplit,
    NotResolved,
    NotTheOwner,
    OfferOver,
    OfferPending,
    PauseNotAgreed,
    ProfileRefused,
    ReasonNeeded,
    TasksOpen,
    TicketClosed,
    TicketUnknown,
)
from tallylight.support.escalating import AGAIN_AFTER, Deed, ask_for_more, may_ask_at, take_step
from tallylight.support.figures import MOST as MOST_PERIOD
from tallylight.support.figures import By, Figure, Timing, by_name, figures, whole
from tallylight.support.figures_file import csv_of
from tallylight.support.files import ticket_file
from tallylight.support.gathered import DeedCard, cards, deeds, news_due, note_report, tell
from tallylight.support.hand_overs import accept, assign, decline, offer, withdraw
from tallylight.support.handling import acknowledge, ask, mitigate, note, resolve, set_skill
from tallylight.support.languages import in_every_language
from tallylight.support.links import LinkCard, look, take
from tallylight.support.merging import merge, undo_until, unmerge
from tallylight.support.models import BY_RANK, Entry, Ticket
from tallylight.support.next_up import take_next
from tallylight.support.offers import OfferCard, may_accept, open_offers
from tallylight.support.opening import open_ticket
from tallylight.support.past import PastTicket, past_tickets
from tallylight.support.presence import CHANNEL as PRESENCE_CHANNEL
from tallylight.support.presence import Mark, heard
from tallylight.support.presence import tell as tell_presence
from tallylight.support.profiles import DeskPerson, desk_people, set_profile
from tallylight.support.rank_words import rank_leads, rank_reason
from tallylight.support.read_marks import ReadCard, mark_read, marked_since, read_by
from tallylight.support.relations import RelationCard, Seen, link, unlink
from tallylight.support.reminders import remind_at
from tallylight.support.replying import say, ticket_of
from tallylight.support.satisfaction import Asked, SatisfactionCard, answer, answer_by_link, answers, asked_by
from tallylight.support.senders import confirm_sender
from tallylight.support.splitting import split
from tallylight.support.standing import Done, Log, Stood
from tallylight.support.standing import readings_under as clocks_under
from tallylight.support.states import PENDING, PROMISE_NAMES, Channel, Promise, Related, State
from tallylight.support.tasks import TaskCard, add_task, do_task, my_tasks

__all__ = [
    "AGAIN_AFTER",
    "CAUSE_NAMES",
    "MOST_PERIOD",
    "PRESENCE_CHANNEL",
    "PROMISE_NAMES",
    "AnswerStands",
    "Asked",
    "By",
    "Care",
    "Cause",
    "CauseNeeded",
    "Channel",
    "ConversationCard",
    "Deed",
    "DeedCard",
    "DeskPerson",
    "Done",
    "EntryCard",
    "Figure",
    "LinkCard",
    "Log",
    "Mark",
    "MergeOver",
    "MergeRefused",
    "NobodyForTask",
    "NobodyToOwn",
    "NotAsked",
    "NotForYou",
    "NotResolved",
    "NotTheOwner",
    "NothingToLink",
    "NothingToSplit",
    "OfferCard",
    "OfferOver",
    "OfferPending",
    "PastTicket",
    "PauseNotAgreed",
    "Posted",
    "ProfileRefused",
    "Promise",
    "ReadCard",
    "ReasonNeeded",
    "Related",
    "RelationCard",
    "SatisfactionCard",
    "Seen",
    "State",
    "Stood",
    "TaskCard",
    "TasksOpen",
    "TicketCard",
    "TicketClosed",
    "TicketDetail",
    "TicketUnknown",
    "Timing",
    "WrittenCard",
    "accept",
    "acknowledge",
    "add_task",
    "answer",
    "answer_by_link",
    "answers",
    "ask",
    "ask_for_more",
    "asked_by",
    "assign",
    "by_name",
    "by_number",
    "cards",
    "cause_name",
    "clocks_under",
    "close",
    "confirm_sender",
    "conversation",
    "csv_of",
    "current",
    "decline",
    "deeds",
    "desk_people",
    "do_task",
    "figures",
    "heard",
    "in_every_language",
    "lasting",
    "link",
    "look",
    "mark_read",
    "marked_since",
    "may_accept",
    "merge",
    "mitigate",
    "my_tasks",
    "needs_words",
    "news_due",
    "note",
    "note_report",
    "of_incident",
    "offer",
    "open_offers",
    "open_ticket",
    "past_tickets",
    "post",
    "rank_leads",
    "rank_reason",
    "remind_at",
    "reopen_days",
    "resolve",
    "say",
    "set_profile",
    "set_reopen_days",
    "set_skill",
    "split",
    "take",
    "take_next",
    "take_step",
    "tell",
    "tell_presence",
    "ticket",
    "ticket_file",
    "ticket_of",
    "tickets",
    "undo_until",
    "unlink",
    "unmerge",
    "whole",
    "withdraw",
    "written_since",
]


#: Pending before settled; of the pending, by rank; of the settled, the latest.
QUEUE = (Case(When(state__in=PENDING, then=0), default=1), BY_RANK[0], "-opened_at", "-id")


@dataclass(frozen=True, slots=True)
class EntryCard:
    """Something said or done: `text` is somebody's words, or a whole sentence in the active language."""

    id: UUID
    at: datetime
    kind: str
    author_id: UUID | None
    author: str
    channel: Channel
    internal: bool
    text: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """A ticket with its story and its promises. `ladders`, `deliveries`, `offer` and `care` are for the staff only.

    `offer` is the one that waits for an answer, `care` how often it changed hands and how long it lay idle.
    `may_ask_at` is from when on the customer may ask for escalation again; None: they have not asked yet.
    `pauses` are the reasons for which its clocks may stand still, by the contract. `called` are the names of those to whom the
    ladder brought it last, while nobody has it in hand.
    """

    card: TicketCard
    entries: tuple[EntryCard, ...]
    clocks: dict[Promise, Reading]
    pauses: tuple[str, ...]
    ladders: tuple[EscalationCard, ...]
    deliveries: tuple[DeliveryCard, ...]
    called: tuple[str, ...] = ()
    offer: OfferCard | None = None
    care: Care | None = None
    reads: tuple[ReadCard, ...] = ()
    satisfaction: SatisfactionCard | None = None
    followed_by: tuple[tuple[UUID, str], ...] = ()
    undo_merge_until: datetime | None = None
    tasks: tuple[TaskCard, ...] = ()
    relations: tuple[RelationCard, ...] = ()
    may_ask_at: datetime | None = None


def ticket(viewer: Viewer, ticket_id: UUID | str, *, now: datetime) -> TicketDetail:
    """One ticket as the viewer may see it. Raises NotFound if there is none or it is another customer's."""
    row = with_names().get_visible(viewer, ticket_id)
    staff = viewer.is_provider
    support, clocks = promises.support_and_readings(row, now=now)
    ladders = tuple(escalation.of_subject(row.pk))
    story = list(_story(row))
    return TicketDetail(
        card=card_of(row),
        entries=tuple(_entry(each) for each in story if staff or not each.internal),
        clocks=clocks,
        pauses=tuple(pause.reason for pause in support.pauses) if support else (),
        ladders=ladders if staff else (),
        deliveries=tuple(notify.deliveries(row.pk)) if staff else (),
        called=ladders[-1].called if ladders and row.state in PENDING else (),
        offer=offers.of_ticket(row, now=now) if staff else None,
        care=care_of(row, story, clocks, now=now) if staff else None,
        reads=read_by(row) if staff else (),
        satisfaction=satisfaction.of_ticket(row),
        followed_by=tuple((each.pk, each.number) for each in row.followers.order_by("id")),
        tasks=tuple(tasks.of_ticket(row)) if staff else (),
        relations=tuple(relations.of_ticket(viewer, row)),
        undo_merge_until=undo_until(row.pk) if staff and row.merged_into_id else None,
        may_ask_at=may_ask_at(row),
    )


@dataclass(frozen=True, slots=True)
class ConversationCard:
    """What was said and done on a ticket, in order. `stands` says who has it and until when somebody answers.

    `earlier`: there are entries before the first; `more`: there are entries after the last.
    """

    ticket: TicketCard
    stands: str
    entries: tuple[EntryCard, ...]
    earlier: bool
    more: bool


def conversation(viewer: Viewer, ticket_id: UUID, *, after: UUID | None = None, now: datetime) -> ConversationCard:
    """The latest of what was said and done on a ticket, or what came `after` an entry that is known already.

    Some of what is known may be told again: entries are told apart by their ids. Raises NotFound.
    """
    found = read_conversation(viewer, ticket_id, after=after)
    told = tuple(_entry(each) for each in found.entries)
    stands = where_it_stands(found.ticket, now=now)
    return ConversationCard(found.ticket, stands, told, earlier=found.earlier, more=found.more)


def tickets(
    viewer: Viewer,
    *,
    pending: bool | None = None,
    owner: UUID | None = None,
    level: Level | None = None,
    incident: UUID | None = None,
) -> Lazy[TicketCard]:
    """The tickets a viewer may know of: those still owed first, by rank (see `rank`); then the latest."""
    rows = with_names().visible_to(viewer)
    if pending is not None:
        rows = rows.filter(state__in=PENDING) if pending else rows.exclude(state__in=PENDING)
    if owner is not None:
        rows = rows.filter(owner_id=owner)
    if level is not None:
        rows = rows.filter(level=level)
    if incident is not None:
        rows = rows.filter(incident=incident)
    return Lazy(rows.order_by(*(BY_RANK if pending else QUEUE)), card_of)


def by_number(viewer: Viewer, number: str) -> UUID | None:
    """The ticket that people call so (`T-00042`), if the viewer may know of it."""
    digits = number.strip().upper().removeprefix("T").removeprefix("-")
    if not digits.isdecimal() or len(digits) > 18:
        return None
    found: UUID | None = (
        Ticket.objects.visible_to(viewer).filter(serial=int(digits)).values_list("pk", flat=True).first()
    )
    return found


def of_incident(incident_id: UUID) -> list[TicketCard]:
    """The tickets of an incident, for the system itself."""
    return [card_of(row) for row in with_names().filter(incident=incident_id).order_by("id")]


@dataclass(frozen=True, slots=True)
class WrittenCard:
    """That something was written on a ticket, and whose ticket it is; `internal` is for the staff only."""

    id: UUID
    organisation_id: UUID
    internal: bool


def written_since(at: datetime) -> list[WrittenCard]:
    """What was written on any ticket since `at`: for pages that show what changed."""
    rows = Entry.objects.filter(id__gte=earliest_id(at)).select_related("ticket")
    return [WrittenCard(each.id, each.ticket.organisation_id, each.internal) for each in rows]


def _story(row: Ticket) -> QuerySet[Entry]:
    return row.entries.select_related("author").order_by("at", "id")


def _entry(row: Entry) -> EntryCard:
    return EntryCard(
        id=row.pk,
        at=row.at,
        kind=row.kind,
        author_id=row.author_id,
        author=row.author.name if row.author else "",
        channel=Channel(row.channel),
        internal=row.internal,
        text=said.sentence(row.kind, row.facts, row.text),
        facts=row.facts,
    )
