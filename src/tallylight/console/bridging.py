"""Bridges as rows, leads, seats and timelines. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallylight.accounts.api import Viewer
from tallylight.bridges.api import MARK_NAMES, BridgeCard, BridgeDetail, Mark, Seat, SeatCard, Told, seat_name
from tallylight.console.conversation import DEED_TONES
from tallylight.console.public import listed
from tallylight.console.shapes import Badge, Entry, Lead, Tone
from tallylight.console.stories import ENTRY_TONES
from tallylight.console.words import join_sentences, severity_word

LINE_TONES = {
    "note": Tone.INFO,
    "missing": Tone.BAD,
    "lapsed": Tone.WARN,
    "declined": Tone.WARN,
    "reminded": Tone.WARN,
    "update": Tone.GOOD,
    "published": Tone.GOOD,
    "closed": Tone.GOOD,
}
MARK_TONES = {Mark.HELPED: Tone.GOOD, Mark.ACTION: Tone.WARN}


@dataclass(frozen=True, slots=True)
class BridgeRow:
    """A bridge in a list."""

    id: UUID
    number: str
    headline: str
    severity: str
    badge: Badge
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat: who holds it, what is offered, and what the viewer may do."""

    seat: Seat
    name: str
    card: SeatCard
    held_by: str
    mine: bool
    may_take: bool
    may_offer: bool
    may_answer: bool
    may_withdraw: bool
    may_leave: bool


def bridge_row(card: BridgeCard) -> BridgeRow:
    """A bridge as lists show it."""
    return BridgeRow(card.id, card.number, card.headline, severity_word(card.level), bridge_badge(card), card.opened_at)


def bridge_badge(card: BridgeCard) -> Badge:
    """Open while people are on it."""
    return Badge(Tone.WARN, _("Open")) if card.open else Badge(Tone.GOOD, _("Closed"))


def bridges_lead(open_ones: int) -> Lead:
    """How many are open, in one sentence."""
    if not open_ones:
        return Lead(Tone.GOOD, _("No bridge is open."), _("A major incident opens one by itself."))
    text = ngettext("%(count)s bridge is open.", "%(count)s bridges are open.", open_ones) % {"count": open_ones}
    return Lead(Tone.BAD, text)


def bridge_lead(detail: BridgeDetail) -> Lead:
    """What it is about, who commands, and who is missing."""
    card = detail.card
    tone = Tone.GOOD if card.over_at or not card.open else Tone.BAD
    if not card.open:
        return Lead(tone, card.headline, _("The bridge is closed."))
    return Lead(tone, card.headline, join_sentences([_over(card), _commander(detail), _missing(detail)]))


def _over(card: BridgeCard) -> str:
    return _("It is over; the bridge is still open.") if card.over_at else ""


def _commander(detail: BridgeDetail) -> str:
    holders = next(each.holders for each in detail.seats if each.seat is Seat.COMMANDER)
    return _("%(person)s commands.") % {"person": holders[0].name} if holders else ""


def _missing(detail: BridgeDetail) -> str:
    names = [seat_name(each.seat) for each in detail.seats if each.missing]
    return _("Nobody is there for: %(seats)s.") % {"seats": listed(names)} if names else ""


def seat_views(detail: BridgeDetail, viewer: Viewer) -> list[SeatView]:
    """Every seat with what the viewer may do."""
    return [_seat_view(each, detail, viewer) for each in detail.seats]


def _seat_view(card: SeatCard, detail: BridgeDetail, viewer: Viewer) -> SeatView:
    mine = any(each.person_id == viewer.person_id for each in card.holders)
    here, leads = detail.card.open, mine or detail.may_close or not card.holders
    return SeatView(
        seat=card.seat,
        name=seat_name(card.seat),
        card=card,
        held_by=listed([each.name for each in card.holders]),
        mine=mine,
        may_take=here and not mine and (card.seat.shared or not card.holders),
        may_offer=here and leads and card.offer is None,
        may_answer=here and card.offer is not None and card.offer.to_id == viewer.person_id,
        may_withdraw=here and card.offer is not None and (card.offer.by_id == viewer.person_id or detail.may_close),
        may_leave=here and mine and len(card.holders) > 1,
    )


def told_entries(told: Iterable[Told]) -> list[Entry]:
    """A timeline's entries with their tones, and who said them or on which ticket."""
    return [Entry(each.at, _tone(each), each.text, _more(each)) for each in told]


def _tone(each: Told) -> Tone:
    if each.mark:
        return MARK_TONES.get(Mark(each.mark), Tone.INFO)
    tones = {"measured": ENTRY_TONES, "ticket": DEED_TONES, "bridge": LINE_TONES}[each.source.value]
    return tones.get(each.kind, Tone.INFO)


def _more(each: Told) -> str:
    mark = _(MARK_NAMES[Mark(each.mark)]) if each.mark else ""
    return ", ".join(part for part in (each.who or each.about, mark) if part)
