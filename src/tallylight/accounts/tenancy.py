"""The one place that keeps tenants apart.

Every table that holds a customer's data inherits `TenantModel`. Pages and routes read such tables through
`Model.objects.visible_to(viewer)` only: a customer gets its own organisation's rows, the provider's staff gets all.
A row that isn't visible doesn't exist: the answer is NotFound, never Refused.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models

from tallylight.accounts.roles import Viewer
from tallylight.kernel.errors import NotFound

M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """A query set that knows whose rows are whose."""

    #: The lookup that leads to the organisation's id.
    tenant_lookup = "organisation_id"

    def visible_to(self, viewer: Viewer) -> TenantQuerySet[M]:
        """The rows `viewer` may know of."""
        return self if viewer.is_provider else self.filter(**{self.tenant_lookup: viewer.organisation_id})

    def get_visible(self, viewer: Viewer, id: UUID | str, **lookups: Any) -> M:  # noqa: A002 - the field's name
        """One row by id. Raises NotFound if there is none or it is another tenant's."""
        try:
            return self.visible_to(viewer).get(pk=id, **lookups)
        except (ObjectDoesNotExist, ValidationError, ValueError):
            raise NotFound from None


class TenantModel(models.Model):
    """Base of every table that holds a customer's data."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True
