"""Tables: what came in, the files that came along, whose addresses are known, and what answered by itself."""

from __future__ import annotations

from django.db import models

from tallylight.channels.inbound import Refusal, State, Why
from tallylight.kernel.ids import new_id


class ReceivedItem(models.Model):
    """One thing that came in, as it came. `external_id` is what its channel calls it: the same twice is one item.

    `envelope` is what the channel says about it beside it. `fingerprint` (empty until read) tells copies of one message that
    came by different ways. `subject_id` is what it was routed to, named by the room that did it. `detail` goes with `reason`:
    what failed, or why somebody dropped it. `attempts` counts how often it was begun to be read.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=16)
    external_id = models.CharField(max_length=200)
    raw = models.BinaryField()
    octets = models.PositiveIntegerField()
    envelope = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    fingerprint = models.CharField(max_length=64, null=True, unique=True)
    sender = models.CharField(max_length=320, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=16, choices=[(each.value, each.value) for each in State], default=State.NEW)
    reason = models.CharField(max_length=32, blank=True, choices=[(each.value, each.value) for each in Why])
    detail = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    subject_id = models.UUIDField(null=True, db_index=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="item_once")]
        indexes = [
            models.Index(
                fields=["-received_at"], name="items_waiting", condition=models.Q(state__in=["unknown", "set-aside"])
            ),
            models.Index(fields=["received_at"], name="items_new", condition=models.Q(state="new")),
            models.Index(fields=["state", "-received_at"], name="items_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}:{self.external_id}"


class StoredFile(models.Model):
    """A file that came in, kept once under the SHA-256 of what is in it."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()


class ItemFile(models.Model):
    """That an item carried a file, in which place and under which name. A refused one is not kept (`file` is empty)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(ReceivedItem, on_delete=models.CASCADE, related_name="files")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=130)
    octets = models.PositiveIntegerField()
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    refusal = models.CharField(max_length=16, blank=True, choices=[(each.value, each.value) for each in Refusal])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "place"], name="one_file_in_each_place")]


class Address(models.Model):
    """Whose an address on a channel is, as somebody of the staff confirmed: a person's, or somebody's of an organisation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=16)
    value = models.CharField(max_length=320)
    name = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    verified_at = models.DateTimeField()
    verified_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "value"], name="one_owner_of_an_address")]


class AutomaticAnswer(models.Model):
    """That something answered an address by itself, to keep that rare."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=16)
    address = models.CharField(max_length=320)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["channel", "address", "-at"], name="answers_to_address")]


class MailboxState(models.Model):
    """How far a mailbox elsewhere was read (RFC 9051): messages of `validity` up to `last_uid`; and what went wrong last."""

    name = models.CharField(max_length=400, primary_key=True)
    validity = models.PositiveBigIntegerField(default=0)
    last_uid = models.PositiveBigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)


class HookAccount(models.Model):
    """A bot or a telephone number of the provider's with a service that calls us. Keys and the way back are secret."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=63, unique=True)
    service = models.CharField(max_length=16)
    label = models.CharField(max_length=100)
    keys_secret = models.JSONField(default=dict)
    reply_secret = models.CharField(max_length=900, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    heard_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)


class LinkCode(models.Model):
    """A code with which its person says who they are in a chat; its SHA-256 only."""

    person = models.OneToOneField("accounts.Person", primary_key=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
