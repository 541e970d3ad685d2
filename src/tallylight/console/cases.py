"""Tickets as rows, leads and clocks. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.clocks.api import Reading, told
from tallylight.clocks.api import State as ClockState
from tallylight.console.formatting import duration
from tallylight.console.public import listed
from tallylight.console.roles import role_name
from tallylight.console.shapes import Badge, ClockView, Lead, Tone
from tallylight.console.words import join_sentences, severity_word, who_has_it
from tallylight.escalation.api import StepCard
from tallylight.support.api import PROMISE_NAMES, Promise, State, TicketCard, rank_leads


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A ticket in a queue: `due_at` is when its next promise breaks, `promise` which one that is; None: none is running.

    `earlier` says for what it is served before its time.
    """

    id: UUID
    number: str
    headline: str
    customer: str
    severity: str
    badge: Badge
    owner_id: UUID | None
    owner: str
    viewers: int
    opened_at: datetime
    who: str
    promise: str
    due_at: datetime | None
    tone: Tone
    unanswered: bool
    earlier: str


def queue_row(card: TicketCard, *, now: datetime) -> QueueRow:
    """A ticket as queues show it."""
    promise, due_at = next_promise(card)
    return QueueRow(
        id=card.id,
        number=card.number,
        headline=card.headline,
        customer=card.customer,
        severity=severity_word(card.level),
        badge=ticket_badge(card.state),
        owner_id=card.owner_id,
        owner=card.owner,
        viewers=card.viewers,
        opened_at=card.opened_at,
        who=who_has_it(card),
        promise=promise_name(promise) if promise else "",
        due_at=due_at,
        tone=due_tone(due_at, card.opened_at, now=now),
        unanswered=card.state is State.OPEN,
        earlier=rank_leads(card) if card.pending else "",
    )


def next_promise(card: TicketCard) -> tuple[Promise | None, datetime | None]:
    """What is due first of all that is still owed, whichever clock it is."""
    return (card.due_promise, card.due_at) if card.pending else (None, None)


def due_tone(due_at: datetime | None, since: datetime, *, now: datetime) -> Tone:
    """Bad once it is over, a warning in its second half."""
    if due_at is None:
        return Tone.INFO
    if now > due_at:
        return Tone.BAD
    return Tone.WARN if due_at - now < (due_at - since) / 2 else Tone.INFO


def ticket_badge(state: State) -> Badge:
    """A ticket's state in a few words."""
    return {
        State.OPEN: Badge(Tone.WARN, _("Waiting for somebody")),
        State.ACKNOWLEDGED: Badge(Tone.INFO, _("In hand")),
        State.RESOLVED: Badge(Tone.GOOD, _("Resolved")),
        State.CLOSED: Badge(Tone.GOOD, _("Closed")),
    }[state]


def promise_name(promise: Promise) -> str:
    """A promise in a word."""
    return _(PROMISE_NAMES[promise])


def ticket_lead(card: TicketCard, *, called: Sequence[str] = ()) -> Lead:
    """Who has it, under the headline. `called` are those to whom the ladder brought it last, while nobody has it in hand."""
    tone = {State.OPEN: Tone.WARN, State.ACKNOWLEDGED: Tone.INFO}.get(card.state, Tone.GOOD)
    return Lead(tone, card.headline, join_sentences([who_has_it(card), _called(card, called)]))


def _called(card: TicketCard, called: Sequence[str]) -> str:
    others = [each for each in called if each != card.owner]
    return _("It was brought to %(people)s.") % {"people": listed(others)} if others else ""


def clock_views(
    clocks: Mapping[Promise, Reading], *, step: StepCard | None, goes_to: str, is_staff: bool
) -> list[ClockView]:
    """Every promise with its clock. `step` follows on the ladder while nobody acknowledges, and brings it to `goes_to` (staff
    only)."""
    shown = [each for each in Promise if each in clocks and clocks[each].state is not ClockState.NOT_STARTED]
    return [clock_view(each, clocks[each], step=step, goes_to=goes_to, is_staff=is_staff) for each in shown]


def clock_view(
    promise: Promise, reading: Reading, *, step: StepCard | None, is_staff: bool, goes_to: str = ""
) -> ClockView:
    """One promise: what is left, or how it ended, and what happens next and to whom."""
    runs = reading.state in (ClockState.RUNNING, ClockState.OVERDUE)
    following = step if runs and promise is Promise.RESPONSE and is_staff else None
    return ClockView(
        name=promise_name(promise),
        tone=clock_tone(reading),
        used=min(1.0, reading.counted / reading.target) if reading.target else 1.0,
        due_at=reading.due_at if runs else None,
        result="" if runs else _result(reading),
        next=_climbs(goes_to or role_name(following.role)) if following else _next(promise, reading, is_staff=is_staff),
        next_at=following.due_at if following else reading.due_at if runs else None,
        told=tuple(told(reading, translate=_, zone=get_current_timezone())),
    )


def clock_tone(reading: Reading) -> Tone:
    """Green for kept, red for broken; a running clock warns in its second half."""
    match reading.state:
        case ClockState.MET:
            return Tone.GOOD
        case ClockState.MISSED | ClockState.OVERDUE:
            return Tone.BAD
        case ClockState.RUNNING:
            return Tone.WARN if reading.remaining < reading.target / 2 else Tone.INFO
        case _:
            return Tone.UNKNOWN


def _result(reading: Reading) -> str:
    match reading.state:
        case ClockState.MET:
            return _("Kept in %(length)s") % {"length": _length(reading.counted.total_seconds())}
        case ClockState.MISSED:
            return _("Broken by %(length)s") % {"length": _length(-reading.remaining.total_seconds())}
        case ClockState.PAUSED:
            return _("Paused with %(length)s left") % {"length": _length(reading.remaining.total_seconds())}
        case ClockState.WAITING:
            return _("Waits for its start")
        case _:
            return _("Called off")


def _climbs(goes_to: str) -> str:
    return _("If nobody takes it in hand it goes to %(role)s at {at}.") % {"role": goes_to}


def _next(promise: Promise, reading: Reading, *, is_staff: bool) -> str:
    promised = _length(reading.target.total_seconds())
    if reading.state in (ClockState.MET, ClockState.MISSED, ClockState.CANCELLED):
        return _("%(length)s were promised.") % {"length": promised}
    if reading.state is ClockState.OVERDUE:
        return _("%(length)s were promised; the promise is broken since {at}.") % {"length": promised}
    if reading.state is ClockState.PAUSED:
        return _("%(length)s are promised; the clock stands still.") % {"length": promised}
    if reading.state is ClockState.WAITING:
        return _("%(length)s are promised once it starts.") % {"length": promised}
    return _promised(promise, promised, is_staff=is_staff)


def _promised(promise: Promise, promised: str, *, is_staff: bool) -> str:
    facts = {"length": promised}
    match promise:
        case Promise.RESPONSE:
            return _("Somebody who can act has it within %(length)s, by {at}.") % facts
        case Promise.UPDATE if is_staff:
            return _("The customer hears news every %(length)s; the next is due at {at}.") % facts
        case Promise.UPDATE:
            return _("You hear news every %(length)s; the next is due at {at}.") % facts
        case Promise.MITIGATION:
            return _("Viewers no longer feel it within %(length)s, by {at}.") % facts
        case Promise.RESOLUTION:
            return _("Service is back within %(length)s, by {at}.") % facts


def desk_lead(rows: list[QueueRow]) -> Lead:
    """What waits, and whose promise breaks next."""
    if not rows:
        return Lead(
            Tone.GOOD, _("Nothing waits."), _("When an incident hurts a customer, its ticket comes here by itself.")
        )
    unanswered = sum(row.unanswered for row in rows)
    text = (
        ngettext("%(count)s ticket waits for somebody.", "%(count)s tickets wait for somebody.", unanswered)
        if unanswered
        else _("Everything is in hand.")
    ) % {"count": unanswered}
    first = min(rows, key=lambda row: (row.due_at is None, row.due_at or row.opened_at))
    facts = {"number": first.number, "customer": first.customer, "promise": first.promise.lower()}
    more = _("The next promise to break is the %(promise)s for %(customer)s (%(number)s).") % facts
    return Lead(first.tone if unanswered else Tone.INFO, text, more if first.due_at else "")


def tickets_lead(pending: int) -> Lead:
    """How many are open, in one sentence."""
    if not pending:
        return Lead(Tone.GOOD, _("No ticket is open."))
    return Lead(
        Tone.WARN, ngettext("%(count)s ticket is open.", "%(count)s tickets are open.", pending) % {"count": pending}
    )


def _length(seconds: float) -> str:
    return duration(seconds, get_language() or "en")
