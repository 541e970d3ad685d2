"""A customer reaches nothing of another customer's by any address: every route is walked with the other's ids."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core import serializers
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tallylight.accounts.models import Person
from tallylight.config.api import api
from tallylight.config.security import Limiter
from tallylight.contracts import api as contracts
from tallylight.contracts.models import ContractVersion
from tallylight.incidents.models import Incident
from tests.promises.world import EXAMPLES, REGIONS, World, bad_night, make_world

pytestmark = pytest.mark.django_db
WORDS = "the quarrel about the green room"
NOTE = "what was said about the fee on the roof"
#: The number of a draft that the provider thinks about, and has told nobody of.
THOUGHT = "LL-2031-THOUGHT"
#: What every route that takes anything would take from whoever may send it.
SENT = {
    "text": "mine now",
    "title": "mine now",
    "reason": "mine now",
    "name": "Mine",
    "capacity": "Owner",
    "sha256": "0" * 64,
    "may_sign": True,
}
#: Never ends; who hears what on it is tested with the console.
STREAMS = {"/live/stream"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Both customers, and a night that hurts the large one only."""
    monkeypatch.setattr(Limiter, "wait_s", lambda *_args, **_kwargs: 0.0)
    made = make_world()
    ticket = bad_night(made)
    say(made, ticket.id)
    propose(made)
    think(made)
    return made


def say(world: World, ticket: UUID) -> None:
    """The large customer's member writes on its ticket."""
    client = signed_in(world.large.member)
    answer = client.post(f"/api/v1/tickets/{ticket}/messages", {"text": WORDS}, content_type="application/json")
    assert answer.status_code < 300, answer.content


def propose(world: World) -> None:
    """The provider proposes an amendment to the large customer."""
    source = (EXAMPLES / "key-account.yaml").read_text().replace("response: 30m", "response: 20m")
    sent = {"source": source, "organisation": world.large.slug, "note": NOTE}
    answer = signed_in(world.manager).post("/api/v1/contract-proposals", sent, content_type="application/json")
    assert answer.status_code == 201, answer.content


def think(world: World) -> None:
    """The provider replays a draft over the large customer's past, which that customer is not to know either."""
    source = (EXAMPLES / "key-account.yaml").read_text()
    number = contracts.read(source).number
    sent = {"source": source.replace(number, THOUGHT), "organisation": world.large.slug, "over": "last-30-days"}
    manager = signed_in(world.manager)
    answer = manager.post("/api/v1/contract-replays", sent, content_type="application/json")
    assert answer.status_code == 202, answer.content
    assert THOUGHT in manager.get(answer["Location"]).content.decode()


def signed_in(person: UUID) -> Client:
    client = Client(headers={"Accept": "application/json, text/html"})
    client.force_login(Person.objects.get(pk=person))
    return client


def addresses() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every address with its places as `<name>`, and the methods to try."""
    for path, operations in api.get_openapi_schema()["paths"].items():
        yield path.replace("{", "<").replace("}", ">"), tuple(method.upper() for method in operations)
    for path in flat(get_resolver().url_patterns):
        if not path.startswith("/api/"):
            yield path, ("GET", "POST")


def flat(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    for each in patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from flat(each.url_patterns, path)
        elif isinstance(each, URLPattern):
            yield re.sub(r"<\w+:", "<", path)


def clues(world: World) -> list[str]:
    """Everything a customer could have guessed or overheard of the large customer: ids, numbers, names."""
    rows = [row for model in apps.get_models() for row in owned(model, world.large.id)]
    tickets = desk_tickets(world)
    numbers = [ticket.number for ticket in tickets] + [row.number for row in Incident.objects.all()]
    shas = ContractVersion.objects.filter(organisation_id=world.large.id).values_list("sha256", flat=True)
    names = [world.large.slug, *(node for _, _, node in REGIONS.values())]
    incidents = [str(row.pk) for row in Incident.objects.all()]
    return list(dict.fromkeys([*(str(row.pk) for row in rows), *incidents, *numbers, *shas, *names]))


def desk_tickets(world: World) -> list[Any]:
    from tallylight.support.models import Ticket

    return list(Ticket.objects.filter(organisation_id=world.large.id))


def owned(model: type[Model], organisation: UUID) -> list[Model]:
    """The organisation's rows of a table, found through whatever leads to it."""
    from tallylight.support.models import Ticket

    fields = {field.name: field for field in model._meta.get_fields()}
    for lookup in ("organisation", "ticket__organisation", "person__memberships__organisation"):
        name = lookup.split("__")[0]
        if name in fields:
            named = fields[name].is_relation  # a room that must not know the other keeps the bare id
            wanted = organisation if named else Ticket.objects.filter(organisation_id=organisation).values("pk")
            query = {lookup if named else f"{name}__in": wanted}
            return list(model._default_manager.filter(**query)) if organisation else []
    return []


def state(world: World) -> str:
    """All the large customer's rows, to see whether a walk changed any."""
    rows = [row for model in apps.get_models() for row in owned(model, world.large.id)]
    return serializers.serialize("json", sorted(rows, key=lambda row: (row._meta.label, str(row.pk))))


def walk(client: Client, world: World) -> Iterator[tuple[str, int, str]]:
    """Every address, method and clue: what was asked, the status, and the text of the answer."""
    found = clues(world)
    for path, methods in addresses():
        places = re.findall(r"<[^>]+>", path)
        for values in itertools.islice(itertools.product(found, repeat=len(places)), 400):
            filled = path
            for place, value in zip(places, values, strict=True):
                filled = filled.replace(place, value, 1)
            if filled in STREAMS or filled.endswith("logout"):
                continue
            for method in methods:
                answer = client.generic(method, filled, json.dumps(SENT), content_type="application/json")
                text = b"".join(answer.streaming_content) if answer.streaming else answer.content
                yield f"{method} {filled}", answer.status_code, text.decode(errors="replace")


def secrets(world: World) -> list[str]:
    """What the small customer may not read: the large one's own, and what is the staff's alone."""
    return [*shared(world), THOUGHT]


def shared(world: World) -> list[str]:
    """What the large customer and the staff may read."""
    numbers = [ticket.number for ticket in desk_tickets(world)]
    return [world.large.name, world.large.email, WORDS, NOTE, f"Member of {world.large.name}", *numbers]


def leaks(told: list[tuple[str, int, str]], world: World) -> list[str]:
    """Answers that hold what only the large customer may read, beyond the words of the question itself."""
    return [
        f"{asked} tells {secret!r}"
        for asked, _, text in told
        for secret in secrets(world)
        if secret in text and secret not in asked
    ]


@pytest.mark.timeout(600)
def test_the_other_customer_finds_nothing_and_changes_nothing(world: World) -> None:
    before = state(world)
    told = list(walk(signed_in(world.small.member), world))
    assert leaks(told, world) == []
    assert [asked for asked, status, _ in told if status == 500] == []
    assert state(world) == before
    assert len(told) > 100


@pytest.mark.timeout(600)
def test_a_stranger_finds_nothing_and_changes_nothing(world: World) -> None:
    before = state(world)
    told = list(walk(Client(), world))
    assert leaks(told, world) == []
    assert state(world) == before


@pytest.mark.timeout(600)
def test_the_walk_would_see_a_leak(world: World) -> None:
    """The same walk by the owner finds every one of the secrets but the staff's own: so it can fail."""
    told = list(walk(signed_in(world.large.member), world))
    texts = "\n".join(text for _, _, text in told)
    assert [secret for secret in secrets(world) if secret not in texts] == [THOUGHT]
