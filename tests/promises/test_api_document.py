"""The API is described whole, in public, and no request that its description allows (or forbids) breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext, suppress

import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from tallylight.accounts.api import OrganisationKind, Role, create_organisation, create_person, create_token
from tallylight.config.api import api
from tallylight.config.security import Limiter
from tallylight.telemetry.api import HistoryAway, HubAway

pytestmark = pytest.mark.django_db
#: No hub and no history belong to this test: what needs them says so, and how to go on.
AWAY = {HubAway.code, HistoryAway.code}
FEW = effort(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_the_document_and_its_reader_are_public(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert b"https://" not in page.content


def test_every_operation_says_what_it_does_what_it_answers_and_how_it_fails() -> None:
    document = api.get_openapi_schema()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            place = f"{method.upper()} {path}"
            assert operation.get("summary"), place
            assert operation.get("description"), place
            assert operation["responses"]["4XX"]["content"], place
            assert any(str(status).startswith("2") for status in operation["responses"]), place


@pytest.fixture
def wide_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of requests a minute are meant here."""
    monkeypatch.setattr(Limiter, "wait_s", lambda *_args, **_kwargs: 0.0)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The requests run inside the test's transaction, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("wide_limits", "one_connection")
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", [Role.MEMBER, Role.ADMIN], ids=lambda role: role.value)
def test_no_request_makes_the_server_fail(role: Role, mode: GenerationMode) -> None:
    kind = OrganisationKind.CUSTOMER if role is Role.MEMBER else OrganisationKind.PROVIDER
    create_organisation("prober", "Prober", kind)
    person = create_person("prober@prober.example", "Prober", "prober", role, password=None)
    sent = {"Authorization": f"Bearer {create_token(person, 'prober')}", "Host": settings.ALLOWED_HOSTS[0]}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler(), headers={"Host": sent["Host"]})
    answers: list[tuple[str, int]] = []

    def probe(case: schemathesis.Case) -> None:
        answer = case.call(headers=sent)
        answers.append((case.method + " " + case.path, answer.status_code))
        if answer.status_code != 503 or answer.json()["code"] not in AWAY:
            assert answer.status_code < 500, answer.text[:500]
        if answer.status_code >= 400 and answer.status_code != 405:
            assert answer.headers["content-type"] == ["application/problem+json"]

    for found in schema.get_all_operations():
        operation = found.ok()
        with suppress(Unsatisfiable) if mode.is_negative else nullcontext():  # nothing can be wrong with no parameters
            FEW(given(case=operation.as_strategy(generation_mode=mode))(probe))()
    if mode.is_negative:
        assert any(400 <= status < 500 for _, status in answers)
        return
    assert {name.split(" ", 1)[1] for name, _ in answers} == set(api.get_openapi_schema()["paths"])
    assert any(status == 200 for _, status in answers)
