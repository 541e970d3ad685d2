"""Tables: contract versions, each stored once and never changed."""

from __future__ import annotations

from typing import Any

from django.db import models

from tallylight.accounts.api import TenantModel
from tallylight.kernel.errors import TallyError
from tallylight.kernel.ids import new_id


class NeverRewritten(TallyError):
    """Somebody tried to change a stored contract; the database refuses it too."""

    code = "contract-immutable"


class ContractVersion(TenantModel):
    """One segment of an organisation's contract: this text applies from `effective_from` until a later segment begins.

    `effective_to` is the end of a term that does not renew. Rows are only ever added: an amendment is a new row.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    source = models.TextField()
    document = models.JSONField()
    effective_from = models.DateTimeField()
    effective_to = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField()
    accepted_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-effective_from", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "effective_from", "sha256"], name="one_segment_once"),
            models.CheckConstraint(
                condition=models.Q(effective_to=None) | models.Q(effective_to__gt=models.F("effective_from")),
                name="segment_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-effective_from", "-id"], name="segment_at_instant")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise NeverRewritten(version=self.id)
        super().save(*args, **kwargs)
