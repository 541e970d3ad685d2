"""Routes: teams and who is in them. Part of the room's router; administrators change them."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts import api
from tallylight.kernel.lazy import Lazy

router = Router()
SLUG = "^[a-z0-9]+(-[a-z0-9]+)*$"


class TeamOut(Schema):
    id: UUID
    slug: str
    name: str
    people: int


class TeamIn(Schema):
    slug: str = Field(pattern=SLUG, max_length=63)
    name: str = Field(min_length=1, max_length=200)


class TeamName(Schema):
    name: str = Field(min_length=1, max_length=200)


class TeamMemberOut(Schema):
    id: UUID
    name: str
    email: str
    role: str
    locale: str
    timezone: str


@router.get("/teams", response=list[TeamOut], summary="Teams")
@paginate(api.Pages)
def teams(request: HttpRequest) -> Lazy[api.TeamCard]:
    """Every team of the provider's, by name. For its staff."""
    api.require_staff(api.viewer_of(request))
    return api.teams()


@router.post("/teams", response={201: TeamOut}, summary="Make a team")
def make_team(request: HttpRequest, wanted: TeamIn) -> Status[api.TeamCard]:
    """A new team, without people at first. Its slug stays for good: contracts may name it. For administrators."""
    return Status(201, api.make_team(api.viewer_of(request), wanted.slug, wanted.name))


@router.get("/teams/{slug}", response=TeamOut, summary="One team")
def team(request: HttpRequest, slug: str) -> api.TeamCard:
    """A team by its slug. For the provider's staff."""
    api.require_staff(api.viewer_of(request))
    return api.team(slug)


@router.patch("/teams/{slug}", response=TeamOut, summary="Rename a team")
def rename_team(request: HttpRequest, slug: str, wanted: TeamName) -> api.TeamCard:
    """Call a team otherwise. For administrators."""
    return api.rename_team(api.viewer_of(request), slug, wanted.name)


@router.delete("/teams/{slug}", response={204: None}, summary="Dissolve a team")
def dissolve_team(request: HttpRequest, slug: str) -> Status[None]:
    """Remove a team. Its people keep their roles; a contract's step that names it finds nobody. For administrators."""
    api.dissolve_team(api.viewer_of(request), slug)
    return Status(204, None)


@router.get("/teams/{slug}/members", response=list[TeamMemberOut], summary="The people of a team")
@paginate(api.Pages)
def team_members(request: HttpRequest, slug: str) -> list[api.PersonCard]:
    """Those who can sign in, in the order in which they joined. For the provider's staff."""
    api.require_staff(api.viewer_of(request))
    return api.team_members(slug)


@router.put("/teams/{slug}/members/{person_id}", response={204: None}, summary="Put somebody into a team")
def join_team(request: HttpRequest, slug: str, person_id: UUID) -> Status[None]:
    """One of the provider's people joins; harmless when repeated. For administrators."""
    api.join_team(api.viewer_of(request), slug, person_id)
    return Status(204, None)


@router.delete("/teams/{slug}/members/{person_id}", response={204: None}, summary="Take somebody out of a team")
def leave_team(request: HttpRequest, slug: str, person_id: UUID) -> Status[None]:
    """Somebody leaves; harmless when repeated. For administrators."""
    api.leave_team(api.viewer_of(request), slug, person_id)
    return Status(204, None)
