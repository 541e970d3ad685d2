"""Tables: tickets, what is said and done on them, and the log that their clocks are read from."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Func, Q, Value

from tallylight.accounts.api import TenantModel
from tallylight.clocks.api import Kind as ClockKind
from tallylight.contracts.api import Level
from tallylight.kernel.ids import new_id
from tallylight.support.causes import Cause
from tallylight.support.states import Channel, OfferState, Promise, Related, State

#: How queues go; a ticket that owes nothing comes last.
BY_RANK = (F("rank_at").asc(nulls_last=True), "id")
SERIAL = Func(Value("support_serial"), function="nextval")


class Ticket(TenantModel):
    """One matter of one customer. `incident` and `headlines` are set if we saw it ourselves; `title` otherwise.

    `contract_sha256` pins the contract version that was in force at `opened_at` (empty: none was, and nothing is promised).
    What the clocks said after the last event is kept: `response_due_at`, `resolution_due_at`, `mitigation_due_at` and
    `news_due_at` (empty while no news are owed); `due_at`: the earliest instant at which something is or was due that has not
    come, and `due_promise`, what that is; `next_due_at`, when the next promise can be broken; `credit_at_stake`, what breaking
    `due_promise` earns, in per cent of the credit's base.
    `idle` is how long it lay idle until it was resolved (see `care`). `remind_at` is when its owner is reminded that news are
    due, `silent_at` when it will have stood still for too long in somebody's hands, `rank_at` the key
    by which queues go; `language` and `skill` are what whoever serves it should have (empty: any).
    `cause` and `cause_words` say what it was, once it is closed; `follows` is the ticket that was over for too long to be
    opened again. `merged_into` is where its conversation goes on; `began_with` holds the ids of the messages with which it was
    split off from `split_from`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    serial = models.BigIntegerField(unique=True, db_default=SERIAL, editable=False)
    incident = models.UUIDField(null=True, db_index=True)
    title = models.CharField(max_length=200, blank=True)
    headlines = models.JSONField(default=dict)  # language code -> the incident in one line
    level = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Level])
    state = models.CharField(max_length=16, choices=[(each.value, each.value) for each in State], default=State.OPEN)
    viewers = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    contract_sha256 = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    response_due_at = models.DateTimeField(null=True)
    resolution_due_at = models.DateTimeField(null=True)
    mitigation_due_at = models.DateTimeField(null=True)
    news_due_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_promise = models.CharField(max_length=16, blank=True, choices=[(each.value, each.value) for each in Promise])
    next_due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    silent_at = models.DateTimeField(null=True)
    credit_at_stake = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    rank_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=16, blank=True)
    skill = models.SlugField(max_length=63, blank=True, db_index=False)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_via = models.CharField(max_length=16, blank=True)
    resolved_at = models.DateTimeField(null=True)
    idle = models.DurationField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(
        max_length=32, blank=True, default="", db_default="", choices=[(each.value, each.value) for each in Cause]
    )
    cause_words = models.TextField(blank=True, default="", db_default="")
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    split_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="split_off")
    began_with = models.JSONField(default=list, db_default=Value([], models.JSONField()))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "organisation"], name="one_ticket_per_incident_and_customer")
        ]
        indexes = [
            models.Index(
                fields=["rank_at", "id"], name="ticket_queue", condition=Q(state__in=["open", "acknowledged"])
            ),
            models.Index(fields=["rank_at", "id"], name="ticket_waiting", condition=Q(state="open")),
            models.Index(fields=["organisation", "-opened_at"], name="ticket_of_customer"),
            models.Index(fields=["opened_at"], name="ticket_opened"),
            models.Index(fields=["next_due_at"], name="ticket_next_due", condition=Q(next_due_at__isnull=False)),
            models.Index(fields=["remind_at"], name="ticket_remind", condition=Q(remind_at__isnull=False)),
            models.Index(fields=["silent_at"], name="ticket_silent", condition=Q(silent_at__isnull=False)),
            models.Index(fields=["owner"], name="ticket_of_owner", condition=Q(state__in=["open", "acknowledged"])),
        ]

    def __str__(self) -> str:
        return self.number

    def headline(self, locale: str) -> str:
        """What it is about in one line: the incident in that language, or the customer's own words."""
        return self.headlines.get(locale) or self.headlines.get("en") or self.title

    @property
    def number(self) -> str:
        """How people call it."""
        return f"T-{self.serial:05d}"


class Entry(models.Model):
    """Something said (`text`, by `author`) or done (`kind` and `facts`, shown as a sentence). `internal` is for the desk only.

    `key` keeps a repetition from writing the same thing twice. `home` is the ticket on which it was written, if it was moved.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="entries")
    key = models.CharField(max_length=120)
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    author = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Channel])
    internal = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    home = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="written_here")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "key"], name="entry_once")]
        indexes = [models.Index(fields=["ticket", "at"], name="entries_in_order")]


class Offer(models.Model):
    """A hand-over that is asked for: to one person (`to_person`) or to a team (`team`, its slug), called `to_name` then.

    Until it is accepted the ticket's owner stays. `back`: whom it is offered to had the ticket before. `answer` is the reason of
    a refusal.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="offers")
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    to_person = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    team = models.SlugField(max_length=63, blank=True)
    to_name = models.CharField(max_length=200)
    reason = models.TextField()
    back = models.BooleanField(default=False)
    offered_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    state = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in OfferState], default=OfferState.OPEN
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=Q(state="open"), name="one_open_offer_per_ticket"),
            models.CheckConstraint(
                condition=Q(to_person__isnull=False, team="") | (Q(to_person__isnull=True) & ~Q(team="")),
                name="offered_to_a_person_or_a_team",
            ),
        ]
        indexes = [models.Index(fields=["lapses_at"], name="offers_open", condition=Q(state="open"))]


class ClockEntry(models.Model):
    """An event of one of the ticket's clocks: never changed, only added to; `clocks` reads them.

    `level` is what the ticket has from here on, with a start and a change of level; empty otherwise. `target` is what a merging
    promised beyond that. What an undone `merge` wrote is `withdrawn`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="clock_log")
    promise = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Promise])
    kind = models.CharField(max_length=16, choices=[(each.value, each.value) for each in ClockKind])
    at = models.DateTimeField()
    reason = models.CharField(max_length=64, blank=True)
    level = models.CharField(max_length=16, blank=True, choices=[(each.value, each.value) for each in Level])
    target = models.DurationField(null=True)
    merge = models.ForeignKey("Merge", null=True, on_delete=models.PROTECT, related_name="clock_log")
    withdrawn = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [models.Index(fields=["ticket", "id"], name="clock_log_in_order")]


class Merge(models.Model):
    """That `source` was merged into `target`: what it was before, and which entries (`moved`) went with it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="merges")
    target = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=16)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    moved = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(undone_at=None), name="merged_once_at_a_time")
        ]


class Breach(models.Model):
    """A promise of the ticket that was due at `due_at` and broken; `withdrawn`: as it turned out, it was not.

    `news` counts what was told of it to the rooms above.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="breaches")
    promise = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Promise])
    due_at = models.DateTimeField()
    level = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Level])
    noted_at = models.DateTimeField()
    withdrawn = models.BooleanField(default=False)
    news = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "promise", "due_at"], name="breach_once")]


class DeskProfile(models.Model):
    """What one of the desk's people can do: languages (none: any), skills, and how many tickets they should have at once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField("accounts.Person", on_delete=models.CASCADE, related_name="+")
    languages = models.JSONField(default=list)
    skills = models.JSONField(default=list)
    most = models.PositiveIntegerField(null=True)


class DeskRules(models.Model):
    """How the desk works, in one row. `reopen_days`: how long after its resolution a customer's word opens a ticket again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    reopen_days = models.PositiveSmallIntegerField(default=14)


class Satisfaction(models.Model):
    """That the customer was asked how a ticket went, and the answer: `score` from 1 to 5, None while there is none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="satisfaction")
    asked_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    words = models.TextField(blank=True)
    by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__range=(1, 5)), name="score_of_five")
        ]
        indexes = [models.Index(fields=["-answered_at", "-id"], name="satisfaction_latest")]


class ReadMark(models.Model):
    """How far somebody read a ticket's conversation: up to the entry `up_to`. `change` is another id each time it moves."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    up_to = models.UUIDField()
    at = models.DateTimeField()
    change = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "person"], name="one_read_mark_per_person")]


class ChatPost(models.Model):
    """That `sender` (a person, or a visitor of a chat) posted something under an id of their own choice: what became of it.

    A client that never heard the answer posts the same again, under the same id, and is told what was made of it then.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sender = models.UUIDField()
    client_id = models.UUIDField()
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "client_id"], name="one_post_per_client_id")]


class OwnedChange(models.Model):
    """How many tickets that still owe something somebody got (`change` above zero) or gave away: the sum of it is what they have.

    Written by a trigger with whatever changes a ticket's owner or state, so that nobody counts a hundred thousand tickets to
    find who has the fewest. Only added to, so two transactions never wait for each other here; `profiles.fold` sums it up
    from time to time.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.UUIDField()
    change = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["owner"], include=["change"], name="owned_by")]


class Task(models.Model):
    """Something to do about a ticket: `who` does it, until `due_at` if that is given; `reminded_at` once they were told so."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=200)
    who = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="tasks_due", condition=Q(done_at=None, reminded_at=None)),
            models.Index(fields=["who"], name="tasks_of_person", condition=Q(done_at=None)),
        ]


class TicketLink(models.Model):
    """That a ticket has to do with another one (`other`) or with an incident; `how` is read from `ticket`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="linked")
    incident = models.UUIDField(null=True, db_index=True)
    how = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Related])
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(other__isnull=True) ^ Q(incident__isnull=True), name="linked_with_one_thing"
            ),
            models.UniqueConstraint(fields=["ticket", "other", "how"], name="linked_once"),
            models.UniqueConstraint(fields=["ticket", "incident", "how"], name="linked_with_an_incident_once"),
        ]
