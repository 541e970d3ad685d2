"""Use cases: a ticket for every customer that an incident hurts; a ticket that a customer opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Role, Viewer
from tallylight.contracts.api import Level
from tallylight.escalation import api as escalation
from tallylight.escalation.api import Rung
from tallylight.incidents import api as incidents
from tallylight.incidents.api import ImpactCard, IncidentCard
from tallylight.kernel.events import TicketOpened, publish
from tallylight.support import entries, notices, profiles, promises
from tallylight.support.climbing import climb
from tallylight.support.errors import CustomersOnly
from tallylight.support.handling import resolve_recovered
from tallylight.support.languages import in_every_language
from tallylight.support.models import Ticket
from tallylight.support.ownership import choose_owner
from tallylight.support.rising import grow
from tallylight.support.skills import Need, asked_for
from tallylight.support.states import PENDING, Channel, Happening

#: The class of advisory locks that order what happens to the tickets of one incident.
LOCK_CLASS = 0x5B7


def attend(incident_id: UUID, *, now: datetime) -> None:
    """See to it that every customer the incident hurts has its ticket, at the level it weighs now. Harmless when repeated.

    One transaction a ticket, so that the first customer's mail does not wait for the last one's ticket. The end looks again
    whether the incident is over: if it recovered meanwhile, whoever heard of that may have found no tickets yet.
    """
    for impact in incidents.impacts(incident_id):
        _attend_one(incident_id, impact, now=now)
    settle(incident_id, now=now)


@transaction.atomic
def settle(incident_id: UUID, *, now: datetime) -> None:
    """Explain and resolve the tickets of an incident that is over. Harmless when repeated, or while it runs."""
    _lock(incident_id)
    incident = incidents.by_id(incident_id)
    if not incident.running:
        resolve_recovered(incident, now=now)


@transaction.atomic
def open_ticket(
    viewer: Viewer,
    *,
    title: str,
    text: str,
    level: Level,
    channel: Channel,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> UUID:
    """A customer's own ticket. It has an owner and running clocks before this returns. Raises CustomersOnly.

    `facts` are what is known of the words beside them, such as the mail that they came by.
    """
    if viewer.is_provider:
        raise CustomersOnly
    return _open_own(viewer, title=title, text=text, level=level, channel=channel, now=now, facts=facts).pk


def follow_up(
    viewer: Viewer,
    old: Ticket,
    text: str,
    *,
    channel: Channel,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> Ticket:
    """Another ticket about a matter that was over for too long to open its own again; each names the other."""
    title = old.headline(viewer.locale)[:200]
    fresh = _open_own(
        viewer, title=title, text=text, level=Level.BASIC, channel=channel, now=now, follows=old, facts=facts
    )
    key, number = str(fresh.pk), fresh.number
    entries.write(old, entries.Kind.FOLLOWED, now, key=key, number=number)
    return fresh


def _open_own(
    viewer: Viewer,
    *,
    title: str,
    text: str,
    level: Level,
    channel: Channel,
    now: datetime,
    follows: Ticket | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Ticket:
    need = Need(viewer.locale, asked_for(f"{title} {text}", profiles.known_skills()))
    ticket = create(
        viewer.organisation_id, level, now=now, title=title, opened_by=viewer.person_id, need=need, follows=follows
    )
    named = {"follows": follows.number} if follows else {}
    write_opening(ticket, now=now, author=viewer.person_id, channel=channel, **named)
    entries.write(
        ticket,
        entries.Kind.MESSAGE,
        now,
        key="first",
        author=viewer.person_id,
        channel=channel,
        text=text,
        **(facts or {}),
    )
    climb(ticket, now=now)
    publish(TicketOpened(ticket.pk, now))
    return ticket


@transaction.atomic
def _attend_one(incident_id: UUID, impact: ImpactCard, *, now: datetime) -> None:
    _lock(incident_id)
    known = Ticket.objects.select_for_update().filter(incident=incident_id, organisation_id=impact.organisation_id)
    ticket = known.first()
    if ticket is None:
        _open_for(incidents.by_id(incident_id), impact, now=now)
    else:
        _keep_up(ticket, incidents.by_id(incident_id), impact, now=now)


def _lock(incident_id: UUID) -> None:
    """Wait for whoever works on the tickets of this incident; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, str(incident_id)])


def _open_for(incident: IncidentCard, impact: ImpactCard, *, now: datetime) -> None:
    customer = accounts.organisation(impact.organisation_id)
    need = Need(customer.locale, asked_for(incident.metric.value, profiles.known_skills()))
    ticket = create(customer.id, impact.severity, now=now, incident=incident, viewers=impact.viewers, need=need)
    write_opening(ticket, now=now, incident=incident.number)
    climb(ticket, now=now)
    owner = accounts.person(ticket.owner_id) if ticket.owner_id else None
    notices.announce_opening(ticket, incident, owner, now=now)
    promises.note(ticket, Happening.NEWS, at=now, reason="opening announced")
    publish(TicketOpened(ticket.pk, now))


def create(
    organisation_id: UUID,
    level: Level,
    *,
    now: datetime,
    incident: IncidentCard | None = None,
    title: str = "",
    viewers: int = 0,
    opened_by: UUID | None = None,
    follows: Ticket | None = None,
    need: Need,
) -> Ticket:
    """A ticket with its owner and its clocks running."""
    pinned = promises.in_force(organisation_id, now)
    ticket = Ticket.objects.create(
        organisation_id=organisation_id,
        incident=incident.id if incident else None,
        headlines=headlines(incident) if incident else {},
        title=title,
        level=level,
        viewers=viewers,
        opened_by_id=opened_by,
        follows=follows,
        contract_sha256=pinned.sha256 if pinned else "",
        opened_at=now,
        language=need.language,
        skill=need.skill,
    )
    promises.note(ticket, Happening.OPENED, at=now)
    owner = _owner_for(ticket)
    ticket.owner_id = owner.id if owner else None
    ticket.save()
    return ticket


def write_opening(
    ticket: Ticket, *, now: datetime, author: UUID | None = None, channel: Channel = Channel.SYSTEM, **facts: Any
) -> None:
    """The first line of a ticket's story."""
    owner = str(ticket.owner_id) if ticket.owner_id else ""
    kind = entries.Kind.OPENED
    entries.write(ticket, kind, now, key="", author=author, channel=channel, owner_id=owner, **facts)


def _owner_for(ticket: Ticket) -> PersonCard | None:
    ladder = promises.ladder(ticket, now=ticket.opened_at)  # of the steps that are there at their hour
    staff = accounts.staff()
    first = _first_asked(ladder[0], at=ticket.opened_at) if ladder else accounts.staff_with_role(Role.AGENT)
    need = Need(ticket.language, ticket.skill)
    return choose_owner(first, staff, profiles.loads(), profiles=profiles.profiles(), need=need)


def _first_asked(step: Rung, *, at: datetime) -> list[PersonCard]:
    """Who may own what comes to a ladder's first step: whoever it means beside a person of its own, that person if it means
    nobody else."""
    return escalation.meant(replace(step, person=None), at) or escalation.meant(step, at)


def headlines(incident: IncidentCard) -> dict[str, str]:
    """What the incident is in one line, in every language."""
    return in_every_language(lambda: incidents.headline(incident))


def _keep_up(ticket: Ticket, incident: IncidentCard, impact: ImpactCard, *, now: datetime) -> None:
    """A graver incident makes a graver ticket: tighter clocks from now on, and a ladder of its own if nobody has it yet."""
    ticket.headlines = headlines(incident)
    ticket.viewers = max(ticket.viewers, impact.viewers)
    promises.keep_rank(ticket)
    raised = False
    if ticket.state in PENDING and impact.severity.rank > Level(ticket.level).rank:
        ticket.level = impact.severity
        promises.note(ticket, Happening.RAISED, at=now, reason="level raised")
        entries.write(ticket, entries.Kind.RAISED, now, key=impact.severity, level=impact.severity.value)
        if ticket.acknowledged_at is None:
            escalation.stop(ticket.pk, because="level-raised", now=now)
            climb(ticket, now=now)
        else:
            raised = True
    ticket.save()
    grow(ticket, level_raised=raised, now=now)
