"""Who may sign for a customer is settled by those who may, and by nobody else."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from tallylight.accounts import api
from tallylight.accounts.api import OrganisationKind, Role, Viewer
from tallylight.accounts.errors import NotYoursToAppoint
from tallylight.accounts.models import AuditEntry
from tallylight.accounts.sign_in import _viewer
from tallylight.kernel.errors import NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, UUID]:
    for slug, kind in (("net", "provider"), ("a", "customer"), ("b", "customer")):
        api.create_organisation(slug, slug, OrganisationKind(kind))
    cast = {"agent": ("net", Role.AGENT), "manager": ("net", Role.MANAGER), "admin": ("net", Role.ADMIN)}
    cast |= {name: (name[0], Role.MEMBER) for name in ("a1", "a2", "b1")}
    return {
        name: api.create_person(f"{name}@x.example", name, home, role, password=None)
        for name, (home, role) in cast.items()
    }


def as_(people: dict[str, UUID], name: str) -> Viewer:
    return _viewer(people[name])


def test_the_provider_signs_by_role(people: dict[str, UUID]) -> None:
    assert [as_(people, name).may_sign for name in ("agent", "manager", "admin")] == [False, True, True]


def test_an_administrator_names_the_first_and_those_who_sign_name_the_others(people: dict[str, UUID]) -> None:
    api.set_signatory(as_(people, "admin"), people["a1"], may_sign=True)
    api.set_signatory(as_(people, "a1"), people["a2"], may_sign=True)
    home = as_(people, "a1").organisation_id
    assert [each.name for each in api.signers_of(home)] == ["a1", "a2"]
    api.set_signatory(as_(people, "a2"), people["a1"], may_sign=False)
    api.set_signatory(as_(people, "a2"), people["a1"], may_sign=False)
    assert [each.name for each in api.signers_of(home)] == ["a2"]
    assert AuditEntry.objects.filter(action="accounts.set-signatory").count() == 3


def test_nobody_else_settles_who_signs(people: dict[str, UUID]) -> None:
    for name in ("a2", "agent", "manager"):
        with pytest.raises(NotYoursToAppoint):
            api.set_signatory(as_(people, name), people["a1"], may_sign=True)
    with pytest.raises(NotYoursToAppoint):
        api.set_signatory(replace(as_(people, "admin"), in_person=False), people["a1"], may_sign=True)
    api.set_signatory(as_(people, "admin"), people["b1"], may_sign=True)
    with pytest.raises(NotFound):
        api.set_signatory(as_(people, "b1"), people["a1"], may_sign=True)
    with pytest.raises(NotFound):
        api.set_signatory(as_(people, "admin"), people["agent"], may_sign=True)
