"""Tables: incidents, the alerts they are made of, whom they hurt, and what happened when."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Func, Value

from tallylight.accounts.api import TenantModel, TenantQuerySet
from tallylight.contracts.api import Level, Metric
from tallylight.incidents.scope import Reason
from tallylight.kernel.ids import new_id

LEVELS = [(each.value, each.value) for each in Level]
SERIAL = Func(Value("incidents_serial"), function="nextval")


class IncidentQuerySet(TenantQuerySet["Incident"]):
    """A customer sees the incidents that hurt it."""

    tenant_lookup = "impacts__organisation_id"


class Incident(models.Model):
    """One story about one region. `recovered_at` is empty while it runs; `severity` is the worst of its impacts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    serial = models.BigIntegerField(unique=True, db_default=SERIAL, editable=False)
    region = models.CharField(max_length=32)
    severity = models.CharField(max_length=16, choices=LEVELS)
    opened_at = models.DateTimeField()
    first_breach_at = models.DateTimeField()
    recovered_at = models.DateTimeField(null=True)
    headline = models.JSONField()

    objects = IncidentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["region"], name="incident_running", condition=models.Q(recovered_at=None)),
            models.Index(fields=["-opened_at"], name="incident_latest"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """How people call it."""
        return f"INC-{self.serial:05d}"


class IncidentAlert(models.Model):
    """An alert of an incident, with the facts it was raised with. An alert belongs to one incident."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="alerts")
    alert = models.UUIDField(unique=True)
    node = models.CharField(max_length=63)
    metric = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Metric])
    value = models.FloatField()
    limit = models.FloatField()
    breached_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    threshold_of = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    viewers = models.JSONField(default=dict)  # organisation id -> viewers on the node


class Impact(TenantModel):
    """What an incident does to one customer: never seen by another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="impacts")
    reason = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Reason])
    viewers = models.PositiveIntegerField(default=0)
    severity = models.CharField(max_length=16, choices=LEVELS)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "organisation"], name="one_impact_per_customer")]


class TimelineEntry(models.Model):
    """Something that happened. `organisation` narrows an entry to one customer; `key` keeps a repetition from telling twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    key = models.CharField(max_length=120)
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    organisation = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "key"], name="told_once")]
        indexes = [models.Index(fields=["incident", "at"], name="timeline_in_order")]
