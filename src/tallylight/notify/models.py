"""Tables: messages going out, each attempt to deliver them, and people's further addresses."""

from __future__ import annotations

from django.db import models

from tallylight.kernel.ids import new_id
from tallylight.notify.letter import Outcome, State


class Endpoint(models.Model):
    """A further address of a person: an Apprise URL. The URL often holds a token: it is never shown nor logged."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=16)
    label = models.CharField(max_length=100)
    url_secret = models.CharField(max_length=1000)
    created_at = models.DateTimeField()


class Message(models.Model):
    """One message to one address. `key` is unique: whoever asks again for the same thing changes nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=200, unique=True)
    about = models.UUIDField(null=True, db_index=True)
    person = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    endpoint = models.ForeignKey(Endpoint, null=True, on_delete=models.SET_NULL, related_name="+")
    channel = models.CharField(max_length=16)
    address = models.CharField(max_length=320)
    locale = models.CharField(max_length=16)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    urgent = models.BooleanField(default=False)
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
