"""Tables: replays that managers asked for, and the steps that are taken of each. A step is only ever added."""

from __future__ import annotations

from django.db import models

from tallylight.accounts.api import TenantModel
from tallylight.kernel.ids import new_id


class ReplayRun(TenantModel):
    """A draft over months (`2026-11`, counted in `zone`) of a customer's past, as they stood at `asked_at`.

    `source` is its text, `draft` the number that it bears. It has a step for the tickets and one for each month. `finished_at` is
    set with the last of them, or with `fault`, which is what went wrong. Only the provider's managers may read it, never the
    customer whose past it is: `visible_to` is not enough here, see api.py.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    source = models.TextField()
    sha256 = models.CharField(max_length=64)
    draft = models.TextField()
    over = models.CharField(max_length=40)
    zone = models.CharField(max_length=64)
    months = models.JSONField()
    finished_at = models.DateTimeField(null=True)
    fault = models.JSONField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-asked_at", "-id"]


class ReplayStep(models.Model):
    """What came of one step: the tickets' part at `place` 0, the months' after it; see kept.py."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(ReplayRun, on_delete=models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField()
    taken_at = models.DateTimeField()
    part = models.JSONField()

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="each_replay_step_once")]
