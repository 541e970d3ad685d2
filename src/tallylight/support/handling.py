"""Use cases on a ticket that exists: acknowledge, note, ask, mitigate, resolve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Viewer, require_staff
from tallylight.escalation import api as escalation
from tallylight.incidents.api import IncidentCard
from tallylight.kernel.clock import rfc3339
from tallylight.kernel.events import TicketAcknowledged, publish
from tallylight.kernel.ids import new_id
from tallylight.support import entries, notices, offers, promises, silence
from tallylight.support.care import care_of
from tallylight.support.errors import PauseNotAgreed, TicketClosed
from tallylight.support.mentions import mentioned
from tallylight.support.models import Entry, Ticket
from tallylight.support.profiles import checked_skill
from tallylight.support.states import PENDING, Channel, Happening, State


@transaction.atomic
def acknowledge(viewer: Viewer, ticket_id: UUID, *, channel: Channel, now: datetime) -> None:
    """Somebody of the staff takes the ticket in hand: the response clock is answered and the ladder stops.

    Harmless when repeated: the first one counts. Raises RoleRequired, NotFound.
    """
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    acknowledge_as(ticket, viewer.person_id, viewer.name, channel=channel, now=now)


def acknowledge_as(ticket: Ticket, person_id: UUID, name: str, *, channel: Channel, now: datetime) -> None:
    """The same for a person known otherwise, with the ticket's row held by the caller."""
    if ticket.state not in PENDING:
        return
    if ticket.acknowledged_at is not None:
        _take_again(ticket, person_id, name, channel=channel, now=now)
        return
    ticket.state = State.ACKNOWLEDGED
    ticket.acknowledged_at, ticket.acknowledged_by_id, ticket.acknowledged_via = now, person_id, channel
    promises.note(ticket, Happening.ACKNOWLEDGED, at=now, reason=channel)
    silence.keep(ticket, now=now)
    ticket.save()
    if ticket.owner_id not in (None, person_id):
        notices.announce_has_it(ticket, person_id, name, now=now)
    if ticket.owner_id is None:
        own(ticket, person_id, name, by=person_id, hop=False, channel=channel, now=now)
    escalation.stop(ticket.pk, because="acknowledged", now=now)
    entries.write(ticket, entries.Kind.ACKNOWLEDGED, now, key="", author=person_id, channel=channel, person=name)
    publish(TicketAcknowledged(ticket.pk, now))


def own(
    ticket: Ticket,
    person_id: UUID,
    name: str,
    *,
    by: UUID,
    team: str = "",
    hop: bool = True,
    channel: Channel,
    now: datetime,
) -> None:
    """The ticket is somebody else's from now on; everybody who may read it reads whose. The caller holds its row.

    `hop`: whether it comes from somebody's hands.
    """
    before, ticket.owner_id = ticket.owner_id, person_id
    ticket.save()
    if before not in (None, person_id):
        notices.announce_has_it(ticket, person_id, name, now=now)
    entries.write(
        ticket,
        entries.Kind.ASSIGNED,
        now,
        key=f"{person_id}:{rfc3339(now)}",
        author=by,
        channel=channel,
        owner=name,
        owner_id=str(person_id),
        team=team,
        hop=hop,
    )


def _take_again(ticket: Ticket, person_id: UUID, name: str, *, channel: Channel, now: datetime) -> None:
    """What somebody has in hand can be on a ladder once more, as when it was handed back: that ends."""
    if escalation.stop(ticket.pk, because="acknowledged", now=now):
        silence.keep(ticket, now=now)
        ticket.save(update_fields=["silent_at"])
        notices.announce_has_it(ticket, person_id, name, now=now)
        kind, key = entries.Kind.ACKNOWLEDGED, rfc3339(now)
        entries.write(ticket, kind, now, key=key, author=person_id, channel=channel, person=name)


@transaction.atomic
def note(viewer: Viewer, ticket_id: UUID, text: str, *, channel: Channel, now: datetime) -> UUID:
    """Write down something for the desk only; whom it calls (`@name`) is told. Raises RoleRequired, NotFound."""
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    entry = write_words(ticket, entries.Kind.NOTE, viewer, text, channel=channel, now=now)
    for person in mentioned(text, accounts.staff()):
        if person.id != viewer.person_id:
            notices.announce_mention(ticket, entry, person, viewer.name, now=now)
    return entry.pk


@transaction.atomic
def resolve(viewer: Viewer, ticket_id: UUID, explanation: str, *, channel: Channel, now: datetime) -> None:
    """The matter is mended: the customer reads how, and every clock is answered. Raises RoleRequired, NotFound, TicketClosed."""
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    if ticket.state == State.CLOSED:
        raise TicketClosed(number=ticket.number)
    if ticket.state == State.RESOLVED:
        return
    acknowledge_as(ticket, viewer.person_id, viewer.name, channel=channel, now=now)
    entry = write_words(ticket, entries.Kind.MESSAGE, viewer, explanation, channel=channel, now=now)
    _resolve(ticket, at=now, now=now, author=viewer.person_id)
    notices.announce_words(ticket, entry, accounts.members_of(ticket.organisation_id), viewer.name, now=now)


@transaction.atomic
def mitigate(viewer: Viewer, ticket_id: UUID, explanation: str, *, channel: Channel, now: datetime) -> None:
    """Viewers no longer feel it, though its cause may remain: the customer reads how, and the mitigation is answered.

    Raises RoleRequired, NotFound, TicketClosed.
    """
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    if ticket.state == State.CLOSED:
        raise TicketClosed(number=ticket.number)
    acknowledge_as(ticket, viewer.person_id, viewer.name, channel=channel, now=now)
    entry = write_words(ticket, entries.Kind.MESSAGE, viewer, explanation, channel=channel, now=now)
    promises.note(ticket, Happening.NEWS, at=now)
    promises.note(ticket, Happening.MITIGATED, at=now)
    ticket.save()
    entries.write(ticket, entries.Kind.MITIGATED, now, key=rfc3339(now), author=viewer.person_id, channel=channel)
    notices.announce_words(ticket, entry, accounts.members_of(ticket.organisation_id), viewer.name, now=now)


@transaction.atomic
def ask(viewer: Viewer, ticket_id: UUID, text: str, *, reason: str, channel: Channel, now: datetime) -> None:
    """Ask the customer for what only the customer knows or can do. The clocks stand still until the answer.

    Only for a reason that the contract names for the ticket's level, and no longer than it says.
    Raises RoleRequired, NotFound, TicketClosed, PauseNotAgreed.
    """
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    if ticket.state not in PENDING:
        raise TicketClosed(number=ticket.number)
    support = promises.support_of(ticket, now=now)
    if reason not in [pause.reason for pause in (support.pauses if support else ())]:
        raise PauseNotAgreed(number=ticket.number, reason=reason)
    acknowledge_as(ticket, viewer.person_id, viewer.name, channel=channel, now=now)
    entry = write_words(ticket, entries.Kind.MESSAGE, viewer, text, channel=channel, now=now)
    promises.note(ticket, Happening.NEWS, at=now)
    promises.note(ticket, Happening.ASKED, at=now, reason=reason)
    ticket.save()
    entries.write(ticket, entries.Kind.ASKED, now, key=rfc3339(now), author=viewer.person_id, channel=channel)
    notices.announce_words(ticket, entry, accounts.members_of(ticket.organisation_id), viewer.name, now=now)


@transaction.atomic
def set_skill(viewer: Viewer, ticket_id: UUID, skill: str) -> None:
    """Say which skill the ticket asks for; empty: none in particular. Raises RoleRequired, NotFound, Invalid."""
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    ticket.skill = checked_skill(skill)
    ticket.save(update_fields=["skill"])


def resolve_recovered(incident: IncidentCard, *, now: datetime) -> None:
    """Resolve every ticket of an incident that is over and explain it to the customer, once. The caller holds the incident."""
    for ticket in Ticket.objects.select_for_update().filter(incident=incident.id).order_by("id"):
        if ticket.state in PENDING:
            _explain(ticket, incident, now=now)


def _explain(ticket: Ticket, incident: IncidentCard, *, now: datetime) -> None:
    over_at = incident.recovered_at or now
    entries.write(
        ticket,
        entries.Kind.EXPLAINED,
        now,
        key="",
        metric=incident.metric.value,
        nodes=", ".join(incident.nodes),
        worst=round(incident.worst, 1),
        limit=incident.limit,
        start=incident.first_breach_at.isoformat(),
        end=over_at.isoformat(),
        seconds=(over_at - incident.first_breach_at).total_seconds(),
    )
    _resolve(ticket, at=max(over_at, ticket.opened_at), now=now, author=None)
    explanation = ticket.entries.get(kind=entries.Kind.EXPLAINED)
    notices.announce_recovery(ticket, explanation, now=now)


def _resolve(ticket: Ticket, *, at: datetime, now: datetime, author: UUID | None) -> None:
    """`at` is when it was mended, which measurement may have shown before we heard of it."""
    ticket.state, ticket.resolved_at = State.RESOLVED, at
    promises.note(ticket, Happening.RESOLVED, at=at)
    ticket.idle = care_of(ticket, ticket.entries.order_by("at", "id"), promises.readings(ticket, now=now), now=now).idle
    ticket.save()
    escalation.stop(ticket.pk, because="resolved", now=now)
    offers.drop(ticket, now=now)
    entries.write(ticket, entries.Kind.RESOLVED, now, key=rfc3339(now), author=author)


def held(viewer: Viewer, ticket_id: UUID) -> Ticket:
    """The ticket, its row held until the transaction ends. Raises NotFound."""
    found: Ticket = Ticket.objects.select_for_update().get_visible(viewer, ticket_id)
    return found


def write_words(
    ticket: Ticket,
    kind: entries.Kind,
    viewer: Viewer,
    text: str,
    *,
    channel: Channel,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> Entry:
    """Somebody's words on a ticket; each time anew. `facts` are what is known of them beside."""
    entry = Entry(
        ticket=ticket,
        key=f"{kind}:{new_id()}",
        at=now,
        kind=kind,
        author_id=viewer.person_id,
        channel=channel,
        internal=kind is entries.Kind.NOTE,
        text=text,
        facts=dict(facts or {}),
    )
    entry.save(force_insert=True)
    return entry


def write_unconfirmed(ticket: Ticket, text: str, facts: Mapping[str, Any], *, now: datetime) -> Entry:
    """Words of somebody whom we do not know, or of a program: for the desk only, and nothing follows from them."""
    entry = Entry(
        ticket=ticket,
        key=f"{entries.Kind.MESSAGE}:{new_id()}",
        at=now,
        kind=entries.Kind.MESSAGE,
        channel=Channel.MAIL,
        internal=True,
        text=text,
        facts=dict(facts),
    )
    entry.save(force_insert=True)
    return entry


def desk_of(ticket: Ticket) -> list[PersonCard]:
    """Who of the desk reads what the customer writes."""
    owner = accounts.person(ticket.owner_id) if ticket.owner_id else None
    return [owner] if owner else []
