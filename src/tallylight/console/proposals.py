"""A contract proposal and what a text changes, as sentences and rows. Pure but for the reader's language, the active one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _

from tallylight.accounts.api import PersonCard, Viewer
from tallylight.console.shapes import Badge, Lead, Tone
from tallylight.console.words import join_sentences
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Amendment, Effect, ProposalCard, ProposalState, Side, SignatureCard
from tallylight.kernel.errors import TallyError


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One clause that changes: which, how, what that is for the customer, and the notice it needs."""

    where: str
    what: str
    badge: Badge
    notice: str


@dataclass(frozen=True, slots=True)
class ChangesView:
    """Everything that one text changes against another."""

    headline: str
    conclusion: str
    rows: list[ChangeRow]


@dataclass(frozen=True, slots=True)
class SideRow:
    """One side of a proposal: who it is, its signature if it has signed, and the names of those who may sign for it."""

    name: str
    signature: SignatureCard | None
    signers: tuple[str, ...]


TONES = {Effect.BETTER: Tone.GOOD, Effect.WORSE: Tone.BAD, Effect.DIFFERENT: Tone.INFO}


def side_of(viewer: Viewer) -> Side:
    """For whom somebody reads and signs."""
    return Side.PROVIDER if viewer.is_provider else Side.CUSTOMER


def changes_view(found: Amendment) -> ChangesView:
    """The changes, the worse ones first: they are what nobody should overlook."""
    language = get_language() or "en"
    order = (Effect.WORSE, Effect.DIFFERENT, Effect.BETTER)
    rows = []
    for each in sorted(found.changes, key=lambda each: order.index(each.difference.effect)):
        text = contracts.said(each, language)
        rows.append(ChangeRow(text.where, text.what, Badge(TONES[each.difference.effect], text.effect), text.notice))
    return ChangesView(contracts.headline(found, language), contracts.conclusion(found, language), rows)


def proposal_badge(card: ProposalCard, *, now: datetime) -> Badge:
    """Where a proposal stands, in a word or two."""
    if card.is_open and not card.stands(now):
        return Badge(Tone.UNKNOWN, _("Lapsed"))
    return {
        ProposalState.PROPOSED: Badge(Tone.WARN, _("To be signed")),
        ProposalState.ACCEPTED: Badge(Tone.GOOD, _("Signed by both sides")),
        ProposalState.DECLINED: Badge(Tone.BAD, _("Declined")),
        ProposalState.WITHDRAWN: Badge(Tone.UNKNOWN, _("Withdrawn")),
        ProposalState.SUPERSEDED: Badge(Tone.UNKNOWN, _("Superseded")),
        ProposalState.LAPSED: Badge(Tone.UNKNOWN, _("Lapsed")),
    }[card.state]


def proposal_lead(card: ProposalCard, viewer: Viewer, *, now: datetime) -> Lead:
    """The page's one question, answered: what is to be done, and by whom."""
    facts = {"number": card.number, "by": card.settled_by}
    if card.stands(now):
        return _open_lead(card, viewer)
    match card.state:
        case ProposalState.ACCEPTED:
            return Lead(Tone.GOOD, _("Both sides have signed %(number)s.") % facts)
        case ProposalState.DECLINED:
            return Lead(Tone.BAD, _("%(by)s declined %(number)s.") % facts, card.reason)
        case ProposalState.WITHDRAWN:
            return Lead(Tone.UNKNOWN, _("%(by)s withdrew %(number)s.") % facts, card.reason)
        case ProposalState.SUPERSEDED:
            return Lead(Tone.UNKNOWN, _("Another proposal took the place of this one.") % facts)
        case _ if card.settled_at and card.settled_at < card.open_until:
            return Lead(Tone.UNKNOWN, _("The contract was amended after this was proposed, so it has lapsed."))
        case _:
            return Lead(Tone.UNKNOWN, _("The time to sign %(number)s is over.") % facts)


def _open_lead(card: ProposalCard, viewer: Viewer) -> Lead:
    waits, facts = card.waits_for(), {"number": card.number}
    nobody = _("Nobody is bound before both sides have signed.")
    if side_of(viewer) not in waits:
        return Lead(Tone.INFO, _("Your side has signed %(number)s; the other side has not yet.") % facts, nobody)
    if len(waits) == 1:
        return Lead(Tone.WARN, _("The other side has signed %(number)s; it waits for yours.") % facts, nobody)
    return Lead(Tone.WARN, _("%(number)s waits to be signed by both sides.") % facts, nobody)


def sides(card: ProposalCard, names: Mapping[Side, str], signers: Mapping[Side, Sequence[PersonCard]]) -> list[SideRow]:
    """Both sides, how each has signed, and who may."""
    return [SideRow(names[side], card.signature_of(side), tuple(each.name for each in signers[side])) for side in Side]


def error_sentence(error: TallyError, **shown: str) -> str:
    """What went wrong and what to do, in one breath; facts as `shown`, where they are shown otherwise than they are called."""
    parts, facts = (gettext(error.title), gettext(error.advice)), {**error.facts, **shown}
    return join_sentences(part % facts if facts else part for part in parts)
