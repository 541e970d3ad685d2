"""Use cases: an alert joins its incident; an alert is over, and with the last one the incident.

Alerts of one region are handled one after another, under a lock that ends with the transaction, so that two workers never
open two incidents for one story nor announce one recovery twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from tallylight.accounts import api as accounts
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Level, Metric
from tallylight.incidents import timeline
from tallylight.incidents.finding import Finding
from tallylight.incidents.headline import headline_of
from tallylight.incidents.joining import Candidate, incident_for, is_over
from tallylight.incidents.models import Impact, Incident, IncidentAlert
from tallylight.incidents.scope import Hurt, Reason, hurt_by
from tallylight.incidents.timeline import Kind, tell
from tallylight.kernel.events import IncidentOpened, IncidentRecovered, IncidentWidened, publish

#: The class of advisory locks that order the alerts of one region.
LOCK_CLASS = 0x1AC1


@transaction.atomic
def take_in(finding: Finding, *, now: datetime) -> None:
    """Join the alert to its incident, opening one if none runs there. Harmless when repeated.

    Publishes IncidentOpened for a new incident, IncidentWidened if a running one reaches further customers or weighs more.
    """
    lock_region(finding.region)
    if IncidentAlert.objects.filter(alert=finding.alert).exists():
        return
    running = incident_for(finding.region, _candidates(finding.region))
    incident = Incident.objects.get(pk=running) if running else _open(finding, now=now)
    _link(incident, finding, now=now)
    findings = _findings(incident)
    grew = _spread(incident, findings, now=now)
    incident.headline = headline_of(findings).facts()
    incident.first_breach_at = min(incident.first_breach_at, finding.breached_at)
    incident.save(update_fields=["headline", "first_breach_at", "severity"])
    if running is None:
        publish(IncidentOpened(incident.pk, now))
    elif grew:
        publish(IncidentWidened(incident.pk, now))
    if finding.cleared_at is not None:
        _clear(incident, finding, now=now)


@transaction.atomic
def let_go(finding: Finding, *, now: datetime) -> None:
    """Note that the alert is over; with the last one the incident is, and IncidentRecovered is published, once.

    An alert that no incident knows yet is left alone: whoever takes it in will see that it is over.
    """
    lock_region(finding.region)
    link = IncidentAlert.objects.select_related("incident").filter(alert=finding.alert).first()
    if link is not None and link.cleared_at is None:
        _clear(link.incident, finding, now=now)


def lock_region(region: str) -> None:
    """Wait for whoever works on this region's alerts; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, region])


def _candidates(region: str) -> list[Candidate]:
    rows = Incident.objects.filter(region=region, recovered_at=None)
    return [Candidate(row.pk, row.region, row.opened_at, row.recovered_at) for row in rows]


def _open(finding: Finding, *, now: datetime) -> Incident:
    return Incident.objects.create(
        region=finding.region,
        severity=Level.BASIC,
        opened_at=now,
        first_breach_at=finding.breached_at,
        headline=headline_of([finding]).facts(),
    )


def _link(incident: Incident, finding: Finding, *, now: datetime) -> None:
    known = incident.alerts.filter(node=finding.node).exists()
    first = not incident.alerts.exists()
    IncidentAlert.objects.create(
        incident=incident,
        alert=finding.alert,
        node=finding.node,
        metric=finding.metric,
        value=finding.value,
        limit=finding.limit,
        breached_at=finding.breached_at,
        raised_at=finding.raised_at,
        threshold_of_id=finding.organisation_id,
        viewers={str(whose): count for whose, count in finding.viewers.items()},
    )
    said = timeline.facts_of(finding)
    # Several customers' thresholds can see one and the same breach: it is told once.
    told = f"{finding.node}:{finding.metric}:{finding.breached_at.isoformat(timespec='seconds')}"
    tell(incident.pk, Kind.BREACHED, finding.breached_at, key=told, **said)
    if first:
        tell(incident.pk, Kind.OPENED, now, key="")
    elif not known:
        tell(incident.pk, Kind.JOINED, now, key=finding.node, **said)


def _findings(incident: Incident) -> list[Finding]:
    return [finding_of(row, incident.region) for row in incident.alerts.order_by("id")]


def finding_of(row: IncidentAlert, region: str) -> Finding:
    """An incident's alert as rules see it."""
    return Finding(
        alert=row.alert,
        region=region,
        node=row.node,
        metric=Metric(row.metric),
        value=row.value,
        limit=row.limit,
        breached_at=row.breached_at,
        raised_at=row.raised_at,
        cleared_at=row.cleared_at,
        organisation_id=row.threshold_of_id,
        viewers={UUID(whose): count for whose, count in row.viewers.items()},
    )


def _spread(incident: Incident, findings: list[Finding], *, now: datetime) -> bool:
    """Bring the impacts up to date. True if the incident reaches further or weighs more than before."""
    agreements = {each.organisation_id: each.agreement for each in contracts.all_in_force(now)}
    hurts = hurt_by(findings, agreements)
    grew = [_affect(incident, hurt, now=now) for hurt in hurts]
    worst = _worst([Level(incident.severity), *(hurt.severity for hurt in hurts)])
    if worst.rank > Level(incident.severity).rank:
        incident.severity = worst
    return any(grew)


def _affect(incident: Incident, hurt: Hurt, *, now: datetime) -> bool:
    row = incident.impacts.filter(organisation_id=hurt.organisation_id).first()
    if row is None:
        Impact.objects.create(
            incident=incident,
            organisation_id=hurt.organisation_id,
            reason=hurt.reason,
            viewers=hurt.viewers,
            severity=hurt.severity,
            since=now,
        )
        _tell_affected(incident, hurt, now=now)
        return True
    worse = hurt.severity.rank > Level(row.severity).rank
    if worse:
        row.severity = hurt.severity
        _tell_worsened(incident, hurt, now=now)
    row.viewers = max(row.viewers, hurt.viewers)
    row.reason = Reason.CONTRACT if hurt.reason is Reason.CONTRACT else row.reason
    row.save(update_fields=["severity", "viewers", "reason"])
    return worse


def _tell_affected(incident: Incident, hurt: Hurt, *, now: datetime) -> None:
    organisation = accounts.organisation(hurt.organisation_id)
    tell(
        incident.pk,
        Kind.AFFECTED,
        now,
        key=str(hurt.organisation_id),
        organisation_id=hurt.organisation_id,
        organisation=organisation.name,
        viewers=hurt.viewers,
        severity=hurt.severity.value,
    )


def _tell_worsened(incident: Incident, hurt: Hurt, *, now: datetime) -> None:
    tell(
        incident.pk,
        Kind.WORSENED,
        now,
        key=f"{hurt.organisation_id}:{hurt.severity}",
        organisation_id=hurt.organisation_id,
        severity=hurt.severity.value,
    )


def _clear(incident: Incident, finding: Finding, *, now: datetime) -> None:
    cleared_at = finding.cleared_at or now
    incident.alerts.filter(alert=finding.alert).update(cleared_at=cleared_at)
    told = f"{finding.node}:{finding.metric}:{cleared_at.isoformat(timespec='seconds')}"
    tell(incident.pk, Kind.CLEARED, cleared_at, key=told, **timeline.facts_of(finding))
    over_at = is_over(incident.alerts.values_list("cleared_at", flat=True))
    if over_at is None:
        return
    if Incident.objects.filter(pk=incident.pk, recovered_at=None).update(recovered_at=over_at):
        tell(incident.pk, Kind.RECOVERED, over_at, key="")
        publish(IncidentRecovered(incident.pk, now))


def _worst(levels: Iterable[Level]) -> Level:
    return max(levels, key=lambda each: each.rank)
