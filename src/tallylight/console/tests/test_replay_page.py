"""The replay page: managers ask and read, others may not; faults keep the text; an empty past teaches."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from tallylight.accounts.models import Person
from tallylight.console.formatting import html_language
from tallylight.kernel.clock import MovableClock
from tallylight.replay.api import KEPT_FOR
from tallylight.replay.models import ReplayRun
from tallylight.replay.tests.conftest import finish, history, network, step
from tallylight.support.tests.scene import CONTRACTS, LUMEN, Scene
from tallylight.telemetry.history import client as client_of_history

__all__ = ["history", "network"]

pytestmark = pytest.mark.django_db
STARTER = Path(CONTRACTS / "starter.yaml").read_text(encoding="utf-8")
PAGE = f"/contract/replay?customer={LUMEN}"


def signed_in(scene: Scene, name: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=scene.people[name]))
    return client


def ask(client: Client, source: str = STARTER, over: str = "2026-11") -> str:
    """Where the page leads that somebody asks on."""
    answer = client.post(PAGE, {"source": source, "over": over})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


@pytest.mark.usefixtures("history", "network")
def test_a_manager_sees_both_sides_and_what_nobody_can_tell(scene: Scene) -> None:
    scene.fire()
    scene.work()
    client = signed_in(scene, "omar")
    assert "LL-2026-001" in client.get(PAGE).content.decode()
    draft = STARTER.replace("regions: [ap-southeast, us-east]", "regions: [ap-southeast, us-east, eu-central]")
    address = ask(client, draft)
    finish()
    page = client.get(address).content.decode()
    assert "Under this draft at least" in page
    assert "there is no history of" in page
    assert "$1,200.00" in page
    assert "hx-trigger" not in page
    assert "eu-central" in page, "the text is there to be changed and asked again"


@pytest.mark.usefixtures("history", "network")
def test_an_empty_past_teaches_what_will_be_here(scene: Scene) -> None:
    client = signed_in(scene, "omar")
    address = ask(client)
    finish()
    page = client.get(address).content.decode()
    assert "No ticket was opened in that time." in page
    assert "Once there are tickets" in page


@pytest.mark.usefixtures("history", "network")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_says_how_far_it_is_with_and_without_script(scene: Scene, language: str) -> None:
    client = signed_in(scene, "omar")
    client.cookies["django_language"] = language
    address = ask(client, over="2026-10..2026-11")
    for done, told in enumerate(how_far(language)):
        page = client.get(address).content.decode()
        assert told in page
        assert f'max="2" value="{max(done - 1, 0)}"' in page
        assert 'hx-trigger="every 1s"' in page
        assert '<noscript><meta http-equiv="refresh"' in page
        assert f'<a href="{address}">' in page
        step()
    page = client.get(address).content.decode()
    assert ("hx-trigger" in page, "http-equiv" in page) == (False, False)
    assert f'lang="{html_language(language)}"' in page


def how_far(language: str) -> list[str]:
    """What is said before each step of two months."""
    with translation.override(language):
        waiting = translation.gettext("It waits for its turn; then tickets and incidents are read first.")
        running = translation.gettext("Month %(place)s of %(all)s: %(month)s is judged again.")
    months = ("2026-10", "2026-11")
    return [waiting, *(running % {"place": i, "all": 2, "month": month} for i, month in enumerate(months, start=1))]


def test_what_went_wrong_is_said_with_the_text_to_ask_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(scene, "omar")
    address = ask(client)
    nobody = client_of_history.History("http://tallylight:x@127.0.0.1:9/tallylight")
    monkeypatch.setattr(client_of_history, "_shared", nobody)
    finish()
    page = client.get(address).content.decode()
    assert "was not replayed" in page
    assert 'role="alert"' in page
    assert "LL-2026-001" in page
    assert "Failed" in client.get(PAGE).content.decode()


def test_it_can_be_read_for_days_by_managers_and_by_nobody_else(scene: Scene) -> None:
    client = signed_in(scene, "omar")
    address = ask(client)
    assert address in client.get(PAGE).content.decode()
    for name in ("mia", "ana"):
        assert signed_in(scene, name).get(address).status_code == 403
    assert isinstance(scene.clock, MovableClock)
    scene.clock.move(KEPT_FOR)
    client = signed_in(scene, "omar")
    assert client.get(address).status_code == 404
    assert address not in client.get(PAGE).content.decode()


def test_faults_are_named_at_once_with_the_text_and_nothing_is_kept(scene: Scene) -> None:
    client = signed_in(scene, "omar")
    wrong = client.post(PAGE, {"source": STARTER.replace("at_most: 200ms", "at_most: soon"), "over": "2026-11"})
    assert wrong.status_code == 400
    assert "at_most: soon" in wrong.content.decode()
    never = client.post(PAGE, {"source": STARTER, "over": "never"})
    assert never.status_code == 400
    assert "There is no period never." in never.content.decode()
    assert client.post(PAGE, {"source": "", "over": "2026-11"}).status_code == 400
    assert client.post(PAGE, {"source": STARTER, "over": "2025-12"}).status_code == 404
    assert not ReplayRun.objects.exists()


def test_only_managers_replay(scene: Scene) -> None:
    for name in ("mia", "ana"):
        assert signed_in(scene, name).post(PAGE, {"source": STARTER, "over": "2026-11"}).status_code == 403
