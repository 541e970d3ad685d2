"""Tables: a running ladder, each step that was taken, what brought it up by an event, and when workers last looked."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from tallylight.accounts.api import TenantModel
from tallylight.kernel.ids import new_id


class State(StrEnum):
    """`exhausted`: every rung was taken and still nobody acknowledged."""

    RUNNING = "running"
    STOPPED = "stopped"
    EXHAUSTED = "exhausted"


class Escalation(TenantModel):
    """One matter on its way up. `ladder` is pinned with the contract's hash when it starts; `taken` counts its rungs taken.

    `subject` is the matter's id in the room that started it, `matter` what people are told about it. `cause` says what set it on
    the ladder again after an earlier one had ended; empty for the first.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.UUIDField(db_index=True)
    matter = models.JSONField()
    ladder = models.JSONField()
    contract_sha256 = models.CharField(max_length=64)
    cause = models.CharField(max_length=32, blank=True)
    owner = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=[(each.value, each.value) for each in State], default=State.RUNNING)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(state="running"), name="one_running_ladder_per_subject"
            )
        ]
        indexes = [models.Index(fields=["next_at"], condition=models.Q(state="running"), name="ladder_due")]


class StepFired(models.Model):
    """A rung that was taken: when it was due, when it was taken, and who was told. Never twice.

    `skipped`: it was passed over, and nobody was told. `late`: by how much it was late and why (see `lateness`); null: in time.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="fired")
    step = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    people = models.JSONField(default=list)  # [{"id", "name"}]; empty if nobody held the role
    skipped = models.BooleanField(default=False)
    late = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["escalation", "step"], name="each_step_once")]


class Prompt(models.Model):
    """An event that was to bring a matter up its ladder. Never twice for the same `key`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.UUIDField()
    key = models.CharField(max_length=120)
    cause = models.CharField(max_length=32)
    by = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "key"], name="each_event_once")]


class Pulse(models.Model):
    """The one row that says when a worker last looked for due steps, and the latest stretch in which none did."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    at = models.DateTimeField(null=True)
    gap_from = models.DateTimeField(null=True)
    gap_until = models.DateTimeField(null=True)
