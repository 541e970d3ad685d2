"""The next right ticket for one of the desk: the first by rank that fits them, which nobody else can get at the same time."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer, require_staff
from tallylight.support import notices, offers, profiles
from tallylight.support.hand_overs import accept_held
from tallylight.support.handling import acknowledge_as, own
from tallylight.support.models import BY_RANK, Offer, Ticket
from tallylight.support.offers import OfferCard
from tallylight.support.skills import Profile, full
from tallylight.support.states import PENDING, Channel, OfferState, State

#: Where nothing is promised comes last.
NEVER = datetime.max.replace(tzinfo=UTC)


@transaction.atomic
def take_next(viewer: Viewer, *, channel: Channel, now: datetime) -> UUID | None:
    """Give the viewer the ticket that should be served first of those that wait for them, owned and in hand; None if none waits.

    Waiting are: their own that they have not taken in hand; what is offered to them or their teams; and what nobody has taken in
    hand, if it fits their languages and skills. At their limit only their own are left. Raises RoleRequired.
    """
    require_staff(viewer)
    found = _first(viewer, now=now)
    if found is None:
        return None
    ticket, offer = found
    if offer:
        accept_held(ticket, viewer, channel=channel, now=now)
    else:
        _take(ticket, viewer, channel=channel, now=now)
    return ticket.pk


def _take(ticket: Ticket, viewer: Viewer, *, channel: Channel, now: datetime) -> None:
    """Whoever the system had named is told; it never was in their hands, so that is no hand-over."""
    before = accounts.person(ticket.owner_id) if ticket.owner_id else None
    if ticket.owner_id != viewer.person_id:
        own(ticket, viewer.person_id, viewer.name, by=viewer.person_id, hop=False, channel=channel, now=now)
        if before:
            notices.announce_taken(ticket, before, by=viewer.name, now=now)
    acknowledge_as(ticket, viewer.person_id, viewer.name, channel=channel, now=now)


def _first(viewer: Viewer, *, now: datetime) -> tuple[Ticket, OfferCard | None] | None:
    """The better of what waits and what is offered, its row held. What somebody else is just taking is passed over."""
    profile = profiles.held(viewer.person_id)
    limited = profile is not None and profile.most is not None
    room = not (limited and full(profile, profiles.pending_of(viewer.person_id)))
    open_ones = Offer.objects.filter(ticket=OuterRef("pk"), state=OfferState.OPEN, lapses_at__gt=now)
    mine = Q(owner_id=viewer.person_id)
    waiting = Ticket.objects.filter(~Exists(open_ones), state=State.OPEN)
    found = [_hold(waiting.filter(mine | _fitting(profile) if room else mine))]
    if room:
        offered = Ticket.objects.filter(Exists(open_ones.filter(offers.made_to(viewer))), state__in=PENDING)
        found.append(_hold(offered))
    held = [(each, offers.of_ticket(each, now=now)) for each in found if each]
    free = [(ticket, offer) for ticket, offer in held if _still_free(viewer, ticket, offer)]
    return min(free, key=lambda each: (each[0].rank_at or NEVER, each[0].pk), default=None)


def _hold(rows: QuerySet[Ticket]) -> Ticket | None:
    return rows.order_by(*BY_RANK).select_for_update(skip_locked=True, of=("self",)).first()


def _still_free(viewer: Viewer, ticket: Ticket, offer: OfferCard | None) -> bool:
    """Whether what was said of offers when the row was found still holds now that it is held."""
    return ticket.state == State.OPEN if offer is None else offers.may_accept(viewer, offer)


def _fitting(profile: Profile | None) -> Q:
    """Tickets that somebody can serve: the same rule as `skills.speaks` and `skills.knows`, asked of the table."""
    if profile is None:
        return Q(pk__isnull=False)  # an empty condition would vanish from an "or"
    skilled = Q(skill__in=["", *sorted(profile.skills)])
    return skilled & Q(language__in=["", *sorted(profile.languages)]) if profile.languages else skilled
