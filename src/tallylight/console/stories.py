"""Incidents as rows, leads and timelines. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.console.conversation import DEED_TONES, WORDS
from tallylight.console.formatting import integer
from tallylight.console.public import listed
from tallylight.console.shapes import Badge, Entry, Lead, Tone
from tallylight.console.words import join_sentences, severity_word, who_has_it
from tallylight.incidents.api import IncidentCard, TimelineCard
from tallylight.support.api import TicketCard, TicketDetail

ENTRY_TONES = {
    "breached": Tone.BAD,
    "opened": Tone.INFO,
    "joined": Tone.BAD,
    "affected": Tone.WARN,
    "worsened": Tone.BAD,
    "cleared": Tone.GOOD,
    "recovered": Tone.GOOD,
}


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in a list: `affected` names customers and viewers, as far as the reader may know."""

    id: UUID
    number: str
    headline: str
    badge: Badge
    severity: str
    region: str
    began_at: datetime
    recovered_at: datetime | None
    affected: str


def incident_badge(incident: IncidentCard) -> Badge:
    """Running or over."""
    if not incident.running:
        return Badge(Tone.GOOD, _("Recovered"))
    return Badge(Tone.BAD, _("Running"))


def incident_row(incident: IncidentCard, *, headline: str, region: str, affected: str) -> IncidentRow:
    """An incident as lists show it."""
    return IncidentRow(
        id=incident.id,
        number=incident.number,
        headline=headline,
        badge=incident_badge(incident),
        severity=severity_word(incident.severity),
        region=region,
        began_at=incident.first_breach_at,
        recovered_at=incident.recovered_at,
        affected=affected,
    )


def affected_sentence(incident: IncidentCard, names: Mapping[UUID, str] | None) -> str:
    """Whom it hurts: for staff by name (`names`), for a customer (None) only how many of its own viewers."""
    viewers = sum(each.viewers for each in incident.impacts)
    if names is None:
        return _own_viewers(viewers)
    if not incident.impacts:
        return _("No customer is affected.")
    who = listed(sorted(names.get(each.organisation_id, "?") for each in incident.impacts))
    text = ngettext("It hurts %(who)s with %(viewers)s viewer.", "It hurts %(who)s with %(viewers)s viewers.", viewers)
    return text % {"who": who, "viewers": integer(viewers, get_language() or "en")}


def _own_viewers(viewers: int) -> str:
    if not viewers:
        return _("None of your viewers was on it when it began.")
    return ngettext(
        "%(viewers)s of your viewers was on it when it began.",
        "%(viewers)s of your viewers were on it when it began.",
        viewers,
    ) % {"viewers": viewers}


def incident_lead(row: IncidentRow, more: str) -> Lead:
    """The incident in one sentence, and how it stands."""
    return Lead(row.badge.tone, row.headline, more)


def incidents_lead(running: int, *, is_staff: bool) -> Lead:
    """How many run, in one sentence."""
    if running:
        text = ngettext("%(count)s incident runs.", "%(count)s incidents run.", running) % {"count": running}
        return Lead(Tone.BAD, text)
    if is_staff:
        return Lead(Tone.GOOD, _("No incident runs."))
    return Lead(Tone.GOOD, _("No incident touches your streams now."))


def told(entries: Iterable[TimelineCard]) -> list[Entry]:
    """A timeline's entries with their tones."""
    return [Entry(each.at, ENTRY_TONES.get(each.kind, Tone.INFO), each.text) for each in entries]


def done_on(detail: TicketDetail, *, is_staff: bool) -> list[Entry]:
    """What was done on a ticket of the incident, whose ticket it is below it; words are left to the ticket."""
    whose = f"{detail.card.number}, {detail.card.customer}" if is_staff else ""
    return [
        Entry(each.at, DEED_TONES.get(each.kind, Tone.INFO), each.text, whose)
        for each in detail.entries
        if each.kind not in WORDS
    ]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """One story out of several, by time; what happened at the same instant keeps its order."""
    return sorted(entries, key=lambda entry: entry.at)


def standing(row: IncidentRow, tickets: Sequence[TicketCard], *, since: str) -> str:
    """Since when, whom it hurts, who has it: whole sentences, one after another."""
    said = [_("Since %(since)s.") % {"since": since} if not row.recovered_at else "", row.affected]
    said += [who_has_it(tickets[0])] if tickets and not row.recovered_at else []
    return join_sentences(said)


def others(count: int) -> str:
    """That more than one incident runs."""
    if not count:
        return ""
    return ngettext("%(count)s other incident runs.", "%(count)s other incidents run.", count) % {"count": count}
