"""From a request to a `Viewer`: by session for people, by bearer token for machines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from tallylight.accounts.errors import NoOrganisation
from tallylight.accounts.models import ApiToken, Membership
from tallylight.accounts.roles import OrganisationKind, Role, Viewer, signs_for_it
from tallylight.kernel import clock
from tallylight.kernel.errors import NotSignedIn
from tallylight.kernel.secrets import digest

KEY = "_tally_viewer"


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is asking. Raises NotSignedIn, or NoOrganisation for a person without a membership."""
    known: Viewer | None = getattr(request, KEY, None)
    if known is None:
        if not request.user.is_authenticated:
            raise NotSignedIn
        known = _viewer(request.user.pk)
        setattr(request, KEY, known)
    return known


def viewer_as(person_id: UUID) -> Viewer | None:
    """A person who wrote to us by another way than signing in; None if they can't sign in, or belong to nobody."""
    row = Membership.objects.filter(person_id=person_id, person__is_active=True)
    return replace(_viewer(person_id), in_person=False) if row.exists() else None


class Bearer(HttpBearer):
    """`Authorization: Bearer tally_…`"""

    openapi_description = "A token made in the console under your account."

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        alive = Q(expires_at=None) | Q(expires_at__gt=clock.now())
        row = ApiToken.objects.filter(alive, digest=digest(token), revoked_at=None, person__is_active=True).first()
        if row is None:
            return None
        viewer = replace(_viewer(row.person_id, organisation=row.organisation_id), in_person=False)
        setattr(request, KEY, viewer)
        return viewer


class Session(APIKeyCookie):
    """The console's own session, with CSRF protection."""

    def __init__(self) -> None:
        from django.conf import settings

        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__(csrf=True)

    def authenticate(self, request: HttpRequest, key: str | None) -> Viewer | None:  # noqa: ARG002 - ninja's signature
        return viewer_of(request) if request.user.is_authenticated else None


def _viewer(person_id: Any, **scope: Any) -> Viewer:
    membership = (
        Membership.objects.select_related("person", "organisation")
        .filter(person_id=person_id, **scope)
        .order_by("id")
        .first()
    )
    if membership is None:
        raise NoOrganisation
    return Viewer(
        person_id=membership.person_id,
        organisation_id=membership.organisation_id,
        organisation_slug=membership.organisation.slug,
        role=Role(membership.role),
        is_provider=membership.organisation.kind == OrganisationKind.PROVIDER,
        name=membership.person.name,
        locale=membership.person.locale,
        timezone=membership.person.timezone,
        may_sign=signs_for_it(Role(membership.role), signatory=membership.signatory),
    )
