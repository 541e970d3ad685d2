"""Tables: editions of a month's report, their sheets in each language, and what became of them. Rows are only ever added."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from tallylight.accounts.api import TenantModel
from tallylight.kernel.ids import new_id


class Milestone(StrEnum):
    """What becomes of an edition: it was handed to the mail, or its month was sealed with the same figures."""

    SENT = "sent"
    FINAL = "final"


class Edition(TenantModel):
    """A month's report as it was handed out. `figures` is the canonical text that `sha256` pins; see figures.py."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    month = models.CharField(max_length=7)
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    covers_until = models.DateTimeField()
    figures = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-month", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "month", "number"], name="one_edition_of_each_number")
        ]


class Sheet(models.Model):
    """An edition in one language, as a file to print and as a part of a page. `answer` is the month in a few sentences."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="sheets")
    language = models.CharField(max_length=16)
    title = models.CharField(max_length=300)
    answer = models.TextField()
    html = models.TextField()
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "language"], name="one_sheet_in_each_language")]


class Passed(models.Model):
    """That an edition has passed a milestone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="passed")
    milestone = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Milestone])
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "milestone"], name="each_milestone_once")]
