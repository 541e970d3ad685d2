"""Routes: who am I, the people of my organisation, organisations."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts import api, teams_http

router = Router()
router.add_router("", teams_http.router)


class OrganisationOut(Schema):
    id: UUID
    slug: str
    name: str
    kind: str
    timezone: str
    locale: str


class PersonOut(Schema):
    id: UUID
    name: str
    email: str
    role: str
    locale: str
    timezone: str
    may_sign: bool


class SignatoryIn(Schema):
    may_sign: bool


class MeOut(Schema):
    person_id: UUID
    name: str
    role: str
    is_provider: bool
    may_sign: bool
    organisation: OrganisationOut


@router.get("/me", response=MeOut, summary="Who am I")
def me(request: HttpRequest) -> dict[str, object]:
    """The person or token that asks, and its organisation."""
    viewer = api.viewer_of(request)
    return {
        "person_id": viewer.person_id,
        "name": viewer.name,
        "role": viewer.role,
        "is_provider": viewer.is_provider,
        "may_sign": viewer.may_sign,
        "organisation": api.organisation(viewer.organisation_id),
    }


@router.get("/organisations", response=list[OrganisationOut], summary="Organisations I may see")
@paginate(api.Pages)
def organisations(request: HttpRequest) -> list[api.OrganisationCard]:
    """The provider's staff sees every customer; a customer sees itself."""
    viewer = api.viewer_of(request)
    return api.organisations() if viewer.is_provider else [api.organisation(viewer.organisation_id)]


@router.get("/people", response=list[PersonOut], summary="People of my organisation")
@paginate(api.Pages)
def people(request: HttpRequest) -> list[api.PersonCard]:
    """Everybody in the organisation of the one who asks."""
    return api.members_of(api.viewer_of(request).organisation_id)


@router.put("/people/{person_id}/signatory", response={204: None}, summary="Let somebody sign, or no longer")
def signatory(request: HttpRequest, person_id: UUID, wanted: SignatoryIn) -> Status[None]:
    """Settle whether a customer's member may sign contracts in its name.

    Those who sign for the customer, and the provider's administrators, may; signed in, never by a token.
    """
    api.set_signatory(api.viewer_of(request), person_id, may_sign=wanted.may_sign)
    return Status(204, None)
