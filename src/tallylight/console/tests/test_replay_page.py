"""The replay page: managers ask, others may not; faults keep the text; an empty past teaches."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tallylight.accounts.models import Person
from tallylight.replay.tests.conftest import history, network
from tallylight.support.tests.scene import CONTRACTS, LUMEN, Scene

__all__ = ["history", "network"]

pytestmark = pytest.mark.django_db
STARTER = Path(CONTRACTS / "starter.yaml").read_text(encoding="utf-8")
PAGE = f"/contract/replay?customer={LUMEN}"


def signed_in(scene: Scene, name: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=scene.people[name]))
    return client


@pytest.mark.usefixtures("history", "network")
def test_a_manager_sees_both_sides_and_what_nobody_can_tell(scene: Scene) -> None:
    scene.fire()
    scene.work()
    client = signed_in(scene, "omar")
    assert "LL-2026-001" in client.get(PAGE).content.decode()
    draft = STARTER.replace("regions: [ap-southeast, us-east]", "regions: [ap-southeast, us-east, eu-central]")
    answer = client.post(PAGE, {"source": draft, "over": "2026-11"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Under this draft at least" in page
    assert "there is no history of" in page
    assert "$1,200.00" in page


@pytest.mark.usefixtures("history", "network")
def test_an_empty_past_teaches_what_will_be_here(scene: Scene) -> None:
    page = signed_in(scene, "omar").post(PAGE, {"source": STARTER, "over": "2026-11"}).content.decode()
    assert "No ticket was opened in that time." in page
    assert "Once there are tickets" in page


def test_faults_are_named_and_the_text_is_kept(scene: Scene) -> None:
    client = signed_in(scene, "omar")
    wrong = client.post(PAGE, {"source": STARTER.replace("at_most: 200ms", "at_most: soon"), "over": "2026-11"})
    assert wrong.status_code == 400
    assert "at_most: soon" in wrong.content.decode()
    never = client.post(PAGE, {"source": STARTER, "over": "never"})
    assert never.status_code == 400
    assert "There is no period never." in never.content.decode()
    assert client.post(PAGE, {"source": "", "over": "2026-11"}).status_code == 400


def test_only_managers_replay(scene: Scene) -> None:
    for name in ("mia", "ana"):
        assert signed_in(scene, name).post(PAGE, {"source": STARTER, "over": "2026-11"}).status_code == 403


def test_the_api_answers_managers_only(scene: Scene) -> None:
    body = {"source": STARTER, "over": "2026-11"}
    for name in ("mia", "ana"):
        answer = Client().post(
            "/api/v1/contract-replays", body, headers=scene.token(name), content_type="application/json"
        )
        assert answer.status_code == 403
