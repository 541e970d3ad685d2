"""Is my stream well, per region. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallylight.console.live.audience import own_viewers, share_of
from tallylight.console.public import listed, symptom
from tallylight.console.shapes import Badge, Lead, Tone
from tallylight.incidents.api import IncidentCard
from tallylight.telemetry.api import LiveSnapshot


@dataclass(frozen=True, slots=True)
class OwnRegion:
    """One region of the customer's contract: its state, what its viewers notice, the figures now (None: unknown)."""

    code: str
    name: str
    badge: Badge
    text: str
    incident: UUID | None
    since: datetime | None
    latency_ms: float | None
    loss: float | None
    viewers: int | None


def own_regions(
    codes: Iterable[str],
    names: Mapping[str, str],
    running: Sequence[IncidentCard],
    snapshot: LiveSnapshot | None,
    slug: str,
) -> list[OwnRegion]:
    """Every region of the contract, in its order."""
    return [_region(code, names.get(code, code), running, snapshot, slug) for code in codes]


def _region(
    code: str, name: str, running: Sequence[IncidentCard], snapshot: LiveSnapshot | None, slug: str
) -> OwnRegion:
    live = next((each for each in snapshot.regions if each.code == code), None) if snapshot else None
    incident = next((each for each in running if each.region == code), None)
    latency_ms = live.latency_ms if live else None
    badge, text = _standing(incident, measured=latency_ms is not None)
    return OwnRegion(
        code=code,
        name=name,
        badge=badge,
        text=text,
        incident=incident.id if incident else None,
        since=incident.first_breach_at if incident else None,
        latency_ms=latency_ms,
        loss=share_of(live.loss_pct) if live else None,
        viewers=own_viewers(snapshot, slug, code) if snapshot else None,
    )


def _standing(incident: IncidentCard | None, *, measured: bool) -> tuple[Badge, str]:
    if incident:
        return Badge(Tone.BAD, _("In trouble")), symptom(incident.metric)
    if not measured:
        return Badge(Tone.UNKNOWN, _("Unknown")), _("There are no measurements at the moment.")
    return Badge(Tone.GOOD, _("Well")), _("Measured now; nothing is wrong.")


def home_lead(regions: Sequence[OwnRegion]) -> Lead:
    """Is my stream well: one sentence."""
    if not regions:
        return Lead(Tone.UNKNOWN, _("No contract is in force, so nothing is promised or watched yet."))
    hurt = [each.name for each in regions if each.badge.tone is Tone.BAD]
    unknown = [each.name for each in regions if each.badge.tone is Tone.UNKNOWN]
    if hurt:
        return Lead(
            Tone.BAD, _("Your streams are in trouble in %(regions)s.") % {"regions": listed(hurt)}, _rest(regions)
        )
    if unknown:
        text = _("Nobody knows at the moment how your streams are in %(regions)s.") % {"regions": listed(unknown)}
        return Lead(Tone.UNKNOWN, text, _rest(regions))
    text = ngettext("Your streams are well.", "Your streams are well in all %(count)s regions.", len(regions))
    return Lead(Tone.GOOD, text % {"count": len(regions)})


def _rest(regions: Sequence[OwnRegion]) -> str:
    well = [each.name for each in regions if each.badge.tone is Tone.GOOD]
    return _("They are well in %(regions)s.") % {"regions": listed(well)} if well else ""
