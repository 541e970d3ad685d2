"""The text of a contract over HTTP: both forms, both languages, nobody else's."""

from __future__ import annotations

import base64
import hashlib
import re
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from tallylight.accounts.api import OrganisationKind, Role, create_organisation, create_person
from tallylight.accounts.models import Person
from tallylight.contracts import api as contracts
from tallylight.contracts.tests.samples import STARTER
from tallylight.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> contracts.VersionCard:
    organisation = create_organisation("lumen-live", "Lumen Live", OrganisationKind.CUSTOMER)
    create_person("mei@lumen.example", "Mei", "lumen-live", Role.MEMBER, password=None)
    return contracts.put_in_force(organisation, STARTER, by=None, now=clock.now())


def ask(email: str, version: UUID, **query: str) -> HttpResponse:
    client = Client()
    client.force_login(Person.objects.get(email=email))
    return client.get(f"/api/v1/contracts/{version}/text", query)


def test_the_page_is_in_the_language_asked_for_and_names_the_hash(version: contracts.VersionCard) -> None:
    for language in ("en", "zh-Hans"):
        answer = ask("mei@lumen.example", version.id, lang=language)
        assert answer.status_code == 200
        page = answer.content.decode()
        assert f'<html lang="{language}">' in page
        assert version.sha256 in page


def test_it_is_in_the_contracts_own_language_where_none_is_named(version: contracts.VersionCard) -> None:
    assert '<html lang="en">' in ask("mei@lumen.example", version.id).content.decode()


def test_the_policy_allows_the_page_its_own_style_and_nothing_else(version: contracts.VersionCard) -> None:
    answer = ask("mei@lumen.example", version.id)
    [style] = re.findall("<style>(.*?)</style>", answer.content.decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_the_pdf_is_the_same_each_time(version: contracts.VersionCard) -> None:
    first, second = (ask("mei@lumen.example", version.id, to="pdf") for _ in range(2))
    assert first["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content


def test_a_form_that_there_is_not_is_refused(version: contracts.VersionCard) -> None:
    assert ask("mei@lumen.example", version.id, to="docx").status_code in (400, 422)


def test_another_customer_does_not_get_it(version: contracts.VersionCard) -> None:
    create_organisation("other", "Other", OrganisationKind.CUSTOMER)
    create_person("eve@other.example", "Eve", "other", Role.MEMBER, password=None)
    assert ask("eve@other.example", version.id, to="pdf").status_code == 404
