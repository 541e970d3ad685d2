"""Tables: minutes that are taken out of the count, with who approved it and why."""

from __future__ import annotations

from django.db import models

from tallylight.accounts.api import TenantModel, TenantQuerySet, Viewer
from tallylight.kernel.ids import new_id


class ExclusionQuerySet(TenantQuerySet["Exclusion"]):
    """An exclusion without an organisation concerns everybody, so everybody may know of it."""

    def visible_to(self, viewer: Viewer) -> ExclusionQuerySet:
        if viewer.is_provider:
            return self
        return self.filter(models.Q(organisation=None) | models.Q(organisation_id=viewer.organisation_id))


class Exclusion(TenantModel):
    """Minutes that begin within `[starts_at, ends_at)` don't count: for one organisation or all, in one region or all (empty)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+")  # type: ignore[assignment]
    region = models.CharField(max_length=64, blank=True)
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
