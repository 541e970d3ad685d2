"""Tables: thresholds, alerts, and the revision by which the hub notices a change."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tallylight.accounts.api import TenantQuerySet
from tallylight.contracts.api import Metric
from tallylight.kernel import clock
from tallylight.kernel.ids import new_id

METRICS = [(metric.value, metric.value) for metric in Metric]


class Threshold(models.Model):
    """When a node of `region` is in trouble for `organisation`, or for the provider itself where there is none.

    Raises above `raise_above` over `window_s` for `for_s`; clears below `clear_below` for `clear_for_s`; fewer than
    `min_samples` packets in the window mean unknown. `source` is the hash of a contract version, or "default".
    A withdrawn threshold raises nothing any more, but its open alerts are still judged until they are over.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=32)
    metric = models.CharField(max_length=16, choices=METRICS)
    raise_above = models.FloatField()
    clear_below = models.FloatField()
    window_s = models.PositiveIntegerField()
    for_s = models.PositiveIntegerField()
    clear_for_s = models.PositiveIntegerField()
    min_samples = models.PositiveIntegerField()
    source = models.CharField(max_length=100)
    since = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["region"], condition=Q(withdrawn_at=None), name="thresholds_in_force")]


class ThresholdRevision(models.Model):
    """One row whose number grows with every change of the thresholds in force, in the same transaction."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)


class Alert(models.Model):
    """A threshold that a node broke: one row from when it fired until it was shown, by measurement, to be over.

    `breached_at` is when the first breaching window closed, `raised_at` when `for_s` had passed; `recovered_at` when the first
    window below `clear_below` closed, `cleared_at` when `clear_for_s` had passed. `value` is what was measured when it fired,
    `worst` the worst while it did; the levels are the threshold's at that time.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    threshold = models.ForeignKey(Threshold, on_delete=models.PROTECT, related_name="alerts")
    organisation = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    node = models.CharField(max_length=63)
    region = models.CharField(max_length=32)
    metric = models.CharField(max_length=16, choices=METRICS)
    raise_above = models.FloatField()
    clear_below = models.FloatField()
    value = models.FloatField()
    worst = models.FloatField()
    samples = models.PositiveIntegerField()
    breached_at = models.DateTimeField()
    raised_at = models.DateTimeField(db_index=True)
    recovered_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["threshold", "node"], condition=Q(cleared_at=None), name="one_open_alert_per_threshold_and_node"
            )
        ]
        indexes = [models.Index(fields=["node", "raised_at"], name="alerts_of_a_node")]
