"""Incidents as rows, leads and timelines. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallylight.console.shapes import Badge, Entry, Lead, Tone
from tallylight.contracts.api import Level
from tallylight.incidents.api import IncidentCard, TimelineCard

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


def severity_word(level: Level) -> str:
    """A level in one word or two."""
    return {Level.BASIC: _("Basic"), Level.FAULT: _("Fault"), Level.MAJOR: _("Major fault")}[level]


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
    who = ", ".join(sorted(names.get(each.organisation_id, "?") for each in incident.impacts))
    return ngettext("%(who)s, %(viewers)s viewer", "%(who)s, %(viewers)s viewers", viewers) % {
        "who": who,
        "viewers": viewers,
    }


def _own_viewers(viewers: int) -> str:
    if not viewers:
        return _("None of your viewers was on it when it began.")
    return ngettext(
        "%(viewers)s of your viewers was on it when it began.",
        "%(viewers)s of your viewers were on it when it began.",
        viewers,
    ) % {"viewers": viewers}


def incident_lead(row: IncidentRow) -> Lead:
    """The incident in one sentence."""
    return Lead(row.badge.tone, row.headline, row.affected)


def incidents_lead(running: int, *, is_staff: bool) -> Lead:
    """How many run, in one sentence."""
    if running:
        text = ngettext("%(count)s incident runs.", "%(count)s incidents run.", running) % {"count": running}
        return Lead(Tone.BAD, text)
    if is_staff:
        return Lead(Tone.GOOD, _("No incident runs."))
    return Lead(Tone.GOOD, _("No incident touches your streams now."))


def told(entries: Iterable[TimelineCard]) -> Sequence[Entry]:
    """A timeline's entries with their tones."""
    return [Entry(each.at, ENTRY_TONES.get(each.kind, Tone.INFO), each.text) for each in entries]
