"""Tables: messages going out, each attempt to deliver them, and people's further addresses."""

from __future__ import annotations

from django.db import models

from tallylight.kernel.ids import new_id
from tallylight.notify.letter import Outcome, State, Why


class Endpoint(models.Model):
    """A further address of a person, or a chat (`room`): an Apprise URL. It often holds a token: it is never shown nor logged."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("accounts.Person", null=True, on_delete=models.CASCADE, related_name="+")
    room = models.CharField(max_length=400, null=True, unique=True)
    channel = models.CharField(max_length=16)
    label = models.CharField(max_length=100)
    url_secret = models.CharField(max_length=1000)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) ^ models.Q(room__isnull=True), name="a_persons_or_a_room"
            )
        ]


class Preference(models.Model):
    """In which order somebody is reached, and when nothing should ring that isn't major. `ways` are "mail" and endpoints' ids."""

    person = models.OneToOneField("accounts.Person", primary_key=True, on_delete=models.CASCADE, related_name="+")
    ways = models.JSONField(default=list)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)


class Chain(models.Model):
    """One thing said to one person: by the ways of the first stage, and by those of the next if none of them takes it in time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=200, unique=True)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=320)
    stages = models.JSONField()
    place = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("due_at", name="chain_running", condition=models.Q(ended_at=None))]

    def __str__(self) -> str:
        return self.key


class Message(models.Model):
    """One message to one address. `key` is unique: whoever asks again for the same thing changes nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=200, unique=True)
    about = models.UUIDField(null=True, db_index=True)
    person = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    endpoint = models.ForeignKey(Endpoint, null=True, on_delete=models.SET_NULL, related_name="+")
    channel = models.CharField(max_length=16)
    address = models.CharField(max_length=320)
    reply_to = models.CharField(max_length=320, blank=True)
    answers = models.CharField(max_length=500, blank=True)
    locale = models.CharField(max_length=16)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    urgent = models.BooleanField(default=False)
    destination = models.CharField(max_length=280, blank=True)
    paced = models.BooleanField(default=False)
    chain = models.ForeignKey(Chain, null=True, on_delete=models.SET_NULL, related_name="messages")
    place = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=16, choices=[(each.value, each.value) for each in State], default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    committing_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                models.F("urgent").desc(),
                "next_at",
                name="message_waiting",
                condition=models.Q(state__in=[State.QUEUED.value, State.DEFERRED.value]),
            ),
            models.Index(
                "next_at",
                name="message_in_hand",
                condition=models.Q(state__in=[State.SENDING.value, State.COMMITTING.value]),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class EnclosedFile(models.Model):
    """A file that mails carry, kept once for everybody who gets it, under the SHA-256 of what is in it."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()


class MessageEnclosure(models.Model):
    """That a message carries a file, under which name and in which place."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="enclosures")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    file = models.ForeignKey(EnclosedFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "place"], name="one_enclosure_in_each_place")]


class Attempt(models.Model):
    """One try, kept as proof: who answered, what exactly, when, and what the server calls the message."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True, choices=[(each.value, each.value) for each in Outcome])
    server = models.CharField(max_length=300, blank=True)
    code = models.PositiveIntegerField(null=True)
    reply = models.TextField(blank=True)
    queue_id = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="one_attempt_per_number")]


class Bounce(models.Model):
    """That a message came back, or is delayed, after a server had accepted it: what the report said (RFC 3464)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="bounces")
    at = models.DateTimeField()
    for_good = models.BooleanField()
    status = models.CharField(max_length=16, blank=True)
    said = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "for_good", "status"], name="bounce_once")]


class Suppression(models.Model):
    """That nothing is sent to a mail address, why, and how we know. Lifted rows stay as history."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = models.CharField(max_length=320)
    reason = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Why])
    evidence = models.TextField(blank=True)
    created_at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    lift_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=models.Q(lifted_at=None), name="one_suppression_of_an_address"
            )
        ]

    def __str__(self) -> str:
        return self.address


class RateLimit(models.Model):
    """How fast messages may go to a destination of a channel; an empty destination speaks for all without a row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=16)
    destination = models.CharField(max_length=255, blank=True)
    per_minute = models.PositiveIntegerField()
    burst = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "destination"], name="one_limit_of_a_destination")]


class RateBucket(models.Model):
    """The token bucket of a destination, as one instant: when it will be full again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=16)
    destination = models.CharField(max_length=280)
    full_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "destination"], name="one_bucket_of_a_destination")]


class Digest(models.Model):
    """A window in which messages of one kind to one person are gathered. One is open at a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=100)
    channels = models.JSONField(null=True)
    window = models.DurationField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("closes_at", name="digest_open", condition=models.Q(closed_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=models.Q(closed_at=None), name="one_open_digest_of_a_kind"
            )
        ]


class DigestItem(models.Model):
    """A message that waits for its digest, or was the first of its window and went out at once (`sent`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=200, unique=True)
    about = models.UUIDField(null=True)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    page = models.CharField(max_length=500, blank=True)
    sent = models.BooleanField(default=False)


class UsedLink(models.Model):
    """A link that did what it allows: it does nothing more. Known by its token's SHA-256."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
