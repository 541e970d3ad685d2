"""Tables: bridges, who sits on them, what is written down, what customers are told, and the report on it."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from tallylight.accounts.api import Role, TenantModel
from tallylight.bridges.seats import Seat
from tallylight.bridges.states import AnswerState, Mark
from tallylight.kernel.ids import new_id

SEATS = [(each.value, each.value) for each in Seat]


class Bridge(models.Model):
    """About one incident, or one ticket that belongs to none. `opened_by` is empty if it opened by itself.

    `reminded_for`: the instant of due news of which communications was reminded last.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.UUIDField(null=True, unique=True)
    ticket = models.UUIDField(null=True, unique=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    conference = models.URLField(max_length=500, blank=True)
    reminded_for = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(incident__isnull=False, ticket__isnull=True)
                | Q(incident__isnull=True, ticket__isnull=False),
                name="bridge_of_an_incident_or_a_ticket",
            )
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="bridges_open", condition=Q(closed_at=None)),
            models.Index(fields=["-opened_at", "-id"], name="bridges_latest"),
        ]


class SeatSource(models.Model):
    """Where people for a seat are looked for, if not where they usually are; see `seats.Source`."""

    seat = models.CharField(primary_key=True, max_length=16, choices=SEATS)
    schedule = models.SlugField(max_length=63, blank=True)
    team = models.SlugField(max_length=63, blank=True)
    role = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Role])


class Holder(models.Model):
    """Somebody who holds or held a seat, `until` empty while they do."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bridge = models.ForeignKey(Bridge, on_delete=models.PROTECT, related_name="holders")
    seat = models.CharField(max_length=16, choices=SEATS)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bridge", "seat"], condition=Q(until=None) & ~Q(seat="experts"), name="one_holder_per_seat"
            ),
            models.UniqueConstraint(fields=["bridge", "seat", "person"], condition=Q(until=None), name="seated_once"),
        ]


class SeatOffer(models.Model):
    """A seat that is offered to somebody: until it is accepted, whoever holds it keeps it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bridge = models.ForeignKey(Bridge, on_delete=models.PROTECT, related_name="offers")
    seat = models.CharField(max_length=16, choices=SEATS)
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    offered_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    state = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in AnswerState], default=AnswerState.OPEN
    )
    ended_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bridge", "seat"], condition=Q(state="open"), name="one_open_offer_per_seat"
            )
        ]
        indexes = [models.Index(fields=["lapses_at"], name="seat_offers_open", condition=Q(state="open"))]


class Line(models.Model):
    """Something written down on the bridge: a typed note (`text`, by `author`, with its `mark`) or a deed (`kind`, `facts`).

    Only added to: the database refuses to change or remove one. `key` keeps a repetition from writing the same thing twice.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bridge = models.ForeignKey(Bridge, on_delete=models.PROTECT, related_name="lines")
    key = models.CharField(max_length=120)
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    mark = models.CharField(max_length=16, blank=True, choices=[(each.value, each.value) for each in Mark])
    author = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bridge", "key"], name="line_once")]
        indexes = [models.Index(fields=["bridge", "at"], name="lines_in_order")]


class Update(models.Model):
    """What all customers are told, by language. `told` counts the tickets it reached, `done_at` when it had reached them all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bridge = models.ForeignKey(Bridge, on_delete=models.PROTECT, related_name="updates")
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    texts = models.JSONField()
    told = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="updates_under_way", condition=Q(done_at=None))]


class Review(models.Model):
    """The report on an incident: what happened, what it did, when, what helped. Fixed once published."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bridge = models.OneToOneField(Bridge, on_delete=models.PROTECT, related_name="review")
    texts = models.JSONField()  # language code -> part -> text
    drafted_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")


class Action(models.Model):
    """What will be done so that it does not come again, who does it, and by when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="actions")
    place = models.PositiveIntegerField()
    texts = models.JSONField()  # language code -> text
    owner = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "place"], name="action_place")]


class Copy(TenantModel):
    """One customer's copy of a published report: with what the incident did to that customer alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="copies")
    ticket = models.UUIDField(unique=True)
    number = models.CharField(max_length=32)
    impact = models.JSONField()  # language code -> text
    published_at = models.DateTimeField()
