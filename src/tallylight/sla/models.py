"""Tables: exclusions, and what was sealed: chains of days, their links, and what was measured.

The database itself refuses to change or remove what is sealed (see the migrations).
"""

from __future__ import annotations

from django.db import models

from tallylight.accounts.api import TenantModel, TenantQuerySet, Viewer
from tallylight.kernel.ids import new_id

#: The kind of exclusions that were approved before kinds were told apart.
UNSTATED = "unstated"


class ExclusionQuerySet(TenantQuerySet["Exclusion"]):
    """An exclusion without an organisation concerns everybody, so everybody may know of it."""

    def visible_to(self, viewer: Viewer) -> ExclusionQuerySet:
        if viewer.is_provider:
            return self
        return self.filter(models.Q(organisation=None) | models.Q(organisation_id=viewer.organisation_id))


class Exclusion(TenantModel):
    """Slices that begin within `[starts_at, ends_at)` don't count, in one region or all (empty).

    `kind` is one of the contract's, or UNSTATED; `announced_at`, when customers were told. Rows without an organisation hold for
    all; those and the unstated were approved before contracts said what may be taken out.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+")  # type: ignore[assignment]
    kind = models.CharField(max_length=16)
    region = models.CharField(max_length=64, blank=True)
    announced_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    approved_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    objects = ExclusionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="exclusion_ends_after_it_begins"
            )
        ]
        indexes = [models.Index(fields=["starts_at", "ends_at"], name="exclusion_within")]


class Chain(models.Model):
    """An organisation's chain as a whole: the row that whoever appends to it locks.

    `sealed_to` is the first day that is not sealed, `compared_to` the first that was not looked at again for late data.
    """

    organisation = models.OneToOneField(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    links = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64)
    sealed_to = models.DateField(null=True)
    compared_to = models.DateField(null=True)


class SealedLink(TenantModel):
    """A link of an organisation's chain: `body` is the line of JSON whose SHA-256 is `sha256`; see chain.py.

    `verdicts` is the day's verdict text, compressed with zstd. Rows are only ever added.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    day = models.DateField(null=True)
    body = models.TextField()
    verdicts = models.BinaryField(default=bytes)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["organisation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="one_link_each_number"),
            models.UniqueConstraint(
                fields=["organisation", "day"], condition=models.Q(kind="day"), name="a_day_is_sealed_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "day"], name="sealed_days")]


class ChainedExclusion(TenantModel):
    """Says that an exclusion stands in an organisation's chain, in link `number`."""

    exclusion = models.ForeignKey(Exclusion, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "exclusion"], name="an_exclusion_is_chained_once")
        ]


class Series(models.Model):
    """What was measured of a region on a day: a table (see columns.py), zstd-compressed, named by the SHA-256 of its text.

    Whoever is judged by the same measurement shares the row; it names no customer.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    table = models.BinaryField()


class BrokenPromise(TenantModel):
    """A support clock (`clock`, of `case`, at `level`) was not answered by `due_at`. `withdrawn_at`: it turned out that it was.

    `news` is the number of the latest word on it; earlier ones change nothing, so that their order of arrival does not matter.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.UUIDField()
    case = models.CharField(max_length=32)
    clock = models.CharField(max_length=16)
    level = models.CharField(max_length=16)
    due_at = models.DateTimeField()
    news = models.PositiveIntegerField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "clock", "due_at"], name="a_promise_is_broken_once"),
        ]
        indexes = [models.Index(fields=["organisation", "due_at"], name="broken_promises_of_month")]


class Claim(TenantModel):
    """A customer claimed the credit of a month (`2026-11`). Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    month = models.CharField(max_length=7)
    claimed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "month"], name="a_month_is_claimed_once")]


class EvidenceKey(models.Model):
    """The public half of a key that signs, or once signed, evidence: 64 hexadecimal digits."""

    public = models.CharField(max_length=64, primary_key=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
