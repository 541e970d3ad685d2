"""How it went, in the customer's eyes: asked once after closing, from 1 to 5 and in words, changeable for a week.

The link of the mail is signed and names ticket and person; nothing in it is loaded from anywhere, so nobody learns whether it was
read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Viewer, require_staff
from tallylight.kernel.errors import Invalid
from tallylight.kernel.lazy import Lazy
from tallylight.notify import api as notify
from tallylight.support import notices
from tallylight.support.cards import TicketCard, card_of, with_names
from tallylight.support.errors import AnswerStands, CustomersOnly, NotAsked
from tallylight.support.models import Satisfaction, Ticket

PURPOSE = "satisfaction"
#: How long one is asked, and how long an answer can be changed.
ASKED_FOR = timedelta(days=30)
CHANGEABLE_FOR = timedelta(days=7)
SCORES = range(1, 6)
MOST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class SatisfactionCard:
    """What was asked when, and the answer (`score` None: none yet). `open_until`: until when it can be given or changed."""

    ticket_id: UUID
    number: str
    customer: str
    asked_at: datetime
    score: int | None
    words: str
    by: str
    answered_at: datetime | None
    open_until: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks: whom, about which ticket, and what they said so far."""

    ticket: TicketCard
    person: PersonCard
    card: SatisfactionCard


def open_until(asked_at: datetime, answered_at: datetime | None) -> datetime:
    """Until when an answer can be given, or changed once it was given. Pure."""
    return answered_at + CHANGEABLE_FOR if answered_at else asked_at + ASKED_FOR


def ask(ticket: Ticket, *, now: datetime) -> None:
    """Ask those of the customer who wrote on the ticket, else all of them. Once a ticket, however often it is closed."""
    _row, is_new = Satisfaction.objects.get_or_create(ticket=ticket, defaults={"asked_at": now})
    if not is_new:
        return
    for person in _readers(ticket):
        grant = notify.Grant(PURPOSE, ticket.pk, person.id, now + ASKED_FOR)
        link = f"{settings.PUBLIC_URL}/satisfaction/{notify.write_link(grant)}"
        notices.announce_question(ticket, person, link=link, now=now)


def of_ticket(ticket: Ticket) -> SatisfactionCard | None:
    """What was asked about a ticket and answered; None if nobody was asked yet."""
    row = _rows().filter(ticket=ticket).first()
    return _card(row) if row else None


def answers(viewer: Viewer) -> Lazy[SatisfactionCard]:
    """Every answer, the latest first. Raises RoleRequired."""
    require_staff(viewer)
    return Lazy(_rows().filter(score__isnull=False).order_by("-answered_at", "-id"), _card)


def answer(viewer: Viewer, ticket_id: UUID, *, score: int, words: str, now: datetime) -> None:
    """A customer says how it went, or changes that. Raises CustomersOnly, NotFound, NotAsked, AnswerStands, Invalid."""
    if viewer.is_provider:
        raise CustomersOnly
    ticket = Ticket.objects.get_visible(viewer, ticket_id)
    _keep(ticket, viewer.person_id, score=score, words=words, now=now)


def asked_by(token: str, *, now: datetime) -> Asked:
    """What the link of a mail asks; changes nothing. Raises LinkRefused, LinkExpired."""
    grant = notify.read_link(token, PURPOSE, now=now)
    person = accounts.person(grant.person_id)
    ticket = with_names().filter(pk=grant.subject).first()
    card = of_ticket(ticket) if ticket else None
    if person is None or ticket is None or card is None:
        raise notify.LinkRefused
    if person.id not in [each.id for each in accounts.members_of(ticket.organisation_id)]:
        raise notify.LinkRefused
    return Asked(card_of(ticket), person, card)


def answer_by_link(token: str, *, score: int, words: str, now: datetime) -> Asked:
    """The answer of whom the link was sent to. Raises LinkRefused, LinkExpired, AnswerStands, Invalid."""
    asked = asked_by(token, now=now)
    _keep(Ticket.objects.get(pk=asked.ticket.id), asked.person.id, score=score, words=words, now=now)
    return asked_by(token, now=now)


@transaction.atomic
def _keep(ticket: Ticket, person_id: UUID, *, score: int, words: str, now: datetime) -> None:
    if score not in SCORES or len(words) > MOST_WORDS:
        raise Invalid
    row = Satisfaction.objects.select_for_update().filter(ticket=ticket).first()
    if row is None:
        raise NotAsked(number=ticket.number)
    if now > open_until(row.asked_at, row.answered_at):
        raise AnswerStands(number=ticket.number)
    row.score, row.words, row.by_id, row.changed_at = score, words.strip(), person_id, now
    row.answered_at = row.answered_at or now
    row.save()


def _readers(ticket: Ticket) -> list[PersonCard]:
    members = accounts.members_of(ticket.organisation_id)
    wrote = set(ticket.entries.filter(author__isnull=False).values_list("author", flat=True))
    return [each for each in members if each.id in wrote] or members


def _rows() -> QuerySet[Satisfaction]:
    return Satisfaction.objects.select_related("ticket__organisation", "by")


def _card(row: Satisfaction) -> SatisfactionCard:
    return SatisfactionCard(
        ticket_id=row.ticket_id,
        number=row.ticket.number,
        customer=row.ticket.organisation.name,
        asked_at=row.asked_at,
        score=row.score,
        words=row.words,
        by=row.by.name if row.by else "",
        answered_at=row.answered_at,
        open_until=open_until(row.asked_at, row.answered_at),
    )
