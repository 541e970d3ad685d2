"""A customer sees its own rows and nothing else; a row of another tenant does not exist."""

from __future__ import annotations

from uuid import UUID

import pytest

from tallylight.accounts import api
from tallylight.accounts.models import ApiToken, Person
from tallylight.accounts.roles import Role, Viewer
from tallylight.kernel.errors import NotFound

pytestmark = pytest.mark.django_db


def viewer(organisation: UUID, role: Role) -> Viewer:
    return Viewer(
        person_id=organisation,
        organisation_id=organisation,
        organisation_slug="",
        role=role,
        is_provider=role is not Role.MEMBER,
        name="",
        locale="en",
        timezone="UTC",
    )


@pytest.fixture
def tenants() -> dict[str, UUID]:
    kinds = {
        "net": api.OrganisationKind.PROVIDER,
        "a": api.OrganisationKind.CUSTOMER,
        "b": api.OrganisationKind.CUSTOMER,
    }
    ids = {slug: api.create_organisation(slug, slug.upper(), kind) for slug, kind in kinds.items()}
    for slug in ("a", "b"):
        person = api.create_person(f"m@{slug}.example", "M", slug, Role.MEMBER, password=None)
        api.create_token(person, "reporting")
    return ids


def test_a_customer_sees_its_own_rows_only(tenants: dict[str, UUID]) -> None:
    seen = ApiToken.objects.visible_to(viewer(tenants["a"], Role.MEMBER))
    assert [row.organisation_id for row in seen] == [tenants["a"]]


def test_the_staff_sees_every_tenant(tenants: dict[str, UUID]) -> None:
    assert ApiToken.objects.visible_to(viewer(tenants["net"], Role.AGENT)).count() == 2


def test_another_tenants_row_does_not_exist(tenants: dict[str, UUID]) -> None:
    theirs = ApiToken.objects.get(organisation_id=tenants["b"])
    with pytest.raises(NotFound):
        ApiToken.objects.get_visible(viewer(tenants["a"], Role.MEMBER), theirs.id)


@pytest.mark.parametrize("garbage", ["", "1", "not-a-uuid", "\x00"])
def test_garbage_for_an_id_is_not_found(tenants: dict[str, UUID], garbage: str) -> None:
    with pytest.raises(NotFound):
        ApiToken.objects.get_visible(viewer(tenants["net"], Role.ADMIN), garbage)


def test_an_address_can_be_taken_once(tenants: dict[str, UUID]) -> None:
    from tallylight.accounts.errors import AddressTaken

    with pytest.raises(AddressTaken):
        api.create_person("M@A.example", "Again", "a", Role.MEMBER, password=None)


def test_a_token_is_kept_as_a_digest_only(tenants: dict[str, UUID]) -> None:
    token = api.create_token(Person.objects.get(email="m@a.example").id, "again")
    assert token not in str(list(ApiToken.objects.values()))


@pytest.mark.parametrize(
    ("role", "allowed"), [(Role.MEMBER, False), (Role.AGENT, False), (Role.MANAGER, True), (Role.ADMIN, True)]
)
def test_a_role_is_required_and_an_admin_has_them_all(tenants: dict[str, UUID], role: Role, *, allowed: bool) -> None:
    asking = viewer(tenants["net"], role)
    if allowed:
        api.require(asking, Role.MANAGER)
    else:
        with pytest.raises(api.RoleRequired):
            api.require(asking, Role.MANAGER)
