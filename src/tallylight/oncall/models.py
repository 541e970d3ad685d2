"""Tables: schedules, their layers and who takes turns in them, overrides, swaps, warnings of gaps, calendar feeds."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from tallylight.kernel import clock
from tallylight.kernel.ids import new_id
from tallylight.oncall.rota import Unit


class OnHolidays(StrEnum):
    """What a layer does on the public holidays of its country: as on other days, not at all, or then only."""

    SERVES = "serves"
    RESTS = "rests"
    ONLY = "only"


class SwapState(StrEnum):
    """How a request to swap stands. One that was not answered before its first hour can't be accepted any more."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Schedule(models.Model):
    """Somebody is meant to be on call at every instant. Hand-overs are at wall times of `zone`.

    `warn_days`: how far ahead the managers are told of gaps.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64)
    warn_days = models.PositiveSmallIntegerField(default=14)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class Layer(models.Model):
    """People who take turns; see `rota.Turns`. Of the layers of a schedule the one with the highest `place` wins.

    `hours` are the hours of the week in which the layer serves, as contracts write them, in `zone` (empty: the schedule's);
    None: around the clock. `country` and `subdivision` name the public holidays that `on_holidays` speaks of.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="layers")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    starts = models.DateField()
    ends = models.DateField(null=True)
    at = models.TimeField()
    every = models.PositiveSmallIntegerField(default=1)
    unit = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Unit])
    weekday = models.PositiveSmallIntegerField(null=True)
    zone = models.CharField(max_length=64, blank=True)
    hours = models.JSONField(null=True)
    country = models.CharField(max_length=2, blank=True)
    subdivision = models.CharField(max_length=8, blank=True)
    on_holidays = models.CharField(
        max_length=8, choices=[(each.value, each.value) for each in OnHolidays], default=OnHolidays.SERVES
    )

    class Meta:
        ordering = ["place", "id"]


class LayerPerson(models.Model):
    """Somebody's place in the order of turns. The same person may have several."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="people")
    place = models.PositiveSmallIntegerField()
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["layer", "place"], name="one_person_per_place")]


class Swap(models.Model):
    """One asks another to take a span of theirs, perhaps for one of the other's. Nothing changes before it is accepted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="swaps")
    asked_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    gives_start = models.DateTimeField()
    gives_end = models.DateTimeField()
    takes_start = models.DateTimeField(null=True)
    takes_end = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in SwapState], default=SwapState.OFFERED
    )
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)


class Override(models.Model):
    """From `starts_at` to before `ends_at` `person` is on call: instead of whoever would be, or of `instead_of` only.

    `uid` is an event's name in the calendar it came from. One that is withdrawn before it began counts for nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="overrides")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    instead_of = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    uid = models.CharField(max_length=255, blank=True)
    swap = models.ForeignKey(Swap, null=True, on_delete=models.CASCADE, related_name="overrides")
    made_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(starts_at__lt=models.F("ends_at")), name="override_has_length"),
            models.UniqueConstraint(
                fields=["schedule", "uid", "starts_at"],
                condition=~models.Q(uid="") & models.Q(withdrawn_at=None),
                name="an_event_once",
            ),
        ]
        indexes = [models.Index(fields=["schedule", "ends_at"], name="override_until")]


class GapWarning(models.Model):
    """The managers were told that nobody is on call from `starts_at`; `stage` is how near that was."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    stage = models.CharField(max_length=8)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "starts_at", "stage"], name="a_gap_is_told_once_a_stage")
        ]


class Feed(models.Model):
    """A calendar that a person's own programs read by a signed address: of one schedule, or of their own shifts (None)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.CASCADE, related_name="feeds")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
