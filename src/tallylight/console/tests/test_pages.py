"""Every page for every role, on real PostgreSQL; the hub and history are away, and pages say so instead of failing."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.test import Client
from tests.promises.world import World, bad_night, make_world

from tallylight.accounts import api as accounts
from tallylight.accounts.models import ApiToken, Person
from tallylight.embedded.mailbox import Keeper
from tallylight.escalation.api import ACKNOWLEDGE
from tallylight.kernel import clock
from tallylight.notify.api import Grant, write_link
from tallylight.support.models import Ticket
from tallylight.telemetry.history import client as history_client

pytestmark = pytest.mark.django_db

FOR_STAFF = ["/wall", "/desk", "/network/nodes/dxb-1", "/oncall", "/admin/teams"]
FOR_EVERYBODY = ["/incidents", "/tickets", "/service", "/contract", "/account", "/status", "/design"]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def night(world: World) -> Ticket:
    """A threshold of the large customer broke in Dubai."""
    return bad_night(world)


def signed_in(person: UUID, *, language: str = "en") -> Client:
    client = Client(headers={"Accept": "text/html"})
    client.force_login(Person.objects.get(pk=person))
    client.cookies["django_language"] = language
    return client


@pytest.fixture
def agent(world: World) -> Client:
    return signed_in(world.agent)


@pytest.fixture
def member(world: World) -> Client:
    return signed_in(world.large.member)


@pytest.fixture
def other(world: World) -> Client:
    return signed_in(world.small.member)


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


@pytest.mark.parametrize("path", [*FOR_STAFF, *FOR_EVERYBODY])
def test_staff_reads_every_page(agent: Client, night: Ticket, path: str) -> None:
    text = read(agent, path)
    assert "<h1>" in text
    assert not re.search(r"\sstyle=|<script>", text), "the content security policy allows neither"


@pytest.mark.parametrize("path", ["/", *FOR_EVERYBODY])
def test_a_customer_reads_its_own_pages(member: Client, night: Ticket, path: str) -> None:
    assert "<h1>" in read(member, path)


@pytest.mark.parametrize("path", FOR_STAFF)
def test_staff_pages_are_refused_to_customers(member: Client, path: str) -> None:
    assert "another role" in read(member, path, status=403)


@pytest.mark.parametrize("path", ["/", "/wall", "/tickets", "/account", "/contract", "/service", "/incidents"])
def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/login?next={path}")


@pytest.mark.parametrize("path", ["/status", "/login", "/design"])
def test_public_pages_need_nobody(world: World, path: str) -> None:
    assert "<h1>" in read(Client(), path)


def test_staff_starts_at_the_wall(agent: Client) -> None:
    assert agent.get("/")["Location"] == "/wall"


def test_the_wall_says_what_runs_and_whose_promise_breaks_next(agent: Client, night: Ticket) -> None:
    text = read(agent, "/wall")
    assert "Latency of 260 ms in Dubai (dxb-1)" in text
    assert night.number in text
    assert "left</time>" in text


def test_without_the_hub_nothing_is_green(agent: Client) -> None:
    text = read(agent, "/wall")
    assert "The hub does not answer" in text
    assert 'data-tone="good"' not in text


def test_without_history_the_pages_say_so(
    agent: Client, member: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/tallylight"  # the discard port: nobody answers there
    monkeypatch.setattr(history_client, "_shared", None)
    assert "History can't be reached" in unescape(read(agent, "/network/nodes/dxb-1"))
    assert "History can't be reached" in unescape(read(member, "/service"))
    assert "History can't be reached" in unescape(read(member, "/"))


def test_a_customer_reads_its_ticket_with_its_clocks(member: Client, night: Ticket) -> None:
    text = read(member, f"/tickets/{night.pk}")
    assert "Somebody who can act has it within" in text
    assert "Escalation ladder" not in text


def test_another_customers_ticket_and_incident_do_not_exist(other: Client, night: Ticket) -> None:
    for path in (f"/tickets/{night.pk}", f"/incidents/{night.incident}"):
        assert "There is nothing here" in read(other, path, status=404)


def test_an_incident_is_a_story_with_what_was_done(agent: Client, member: Client, night: Ticket) -> None:
    for client in (agent, member):
        text = read(client, f"/incidents/{night.incident}")
        breached = text.index("Latency at dxb-1 was 260 ms")
        assert breached < text.index("Tallylight opened this ticket by itself")


def test_a_person_reads_in_their_own_time_zone_with_utc_on_hover(world: World, night: Ticket) -> None:
    viewer = Person.objects.get(pk=world.agent)
    viewer.timezone = "Asia/Tokyo"
    viewer.save()
    text = read(signed_in(world.agent), f"/tickets/{night.pk}")
    opened = night.opened_at
    assert f'title="{opened:%Y-%m-%d %H:%M:%S} UTC"' in text
    assert f"{opened + timedelta(hours=9):%H:%M:%S}</time>" in text


def test_taking_a_ticket_in_hand_stops_the_ladder(agent: Client, night: Ticket) -> None:
    answer = agent.post(f"/tickets/{night.pk}/acknowledge", {"next": "/desk"})
    assert answer["Location"] == "/desk"
    night.refresh_from_db()
    assert night.acknowledged_via == "console"
    assert "has it in hand" in read(agent, f"/tickets/{night.pk}")


def test_a_deed_never_leads_to_another_host(agent: Client, night: Ticket) -> None:
    answer = agent.post(f"/tickets/{night.pk}/acknowledge", {"next": "https://elsewhere.example/"})
    assert answer["Location"] == f"/tickets/{night.pk}"


def test_a_customer_can_not_take_a_ticket_in_hand(member: Client, night: Ticket) -> None:
    assert member.post(f"/tickets/{night.pk}/acknowledge").status_code == 403


def test_words_and_notes_reach_whom_they_are_for(agent: Client, member: Client, night: Ticket) -> None:
    address = f"/tickets/{night.pk}/reply"
    agent.post(address, {"text": "We look into it.", "deed": "say"})
    agent.post(address, {"text": "The switch smells odd.", "deed": "note"})
    told = read(member, f"/tickets/{night.pk}")
    assert "We look into it." in told
    assert "smells odd" not in told
    assert "smells odd" in read(agent, f"/tickets/{night.pk}")


def test_what_people_write_is_never_markup(agent: Client, member: Client, night: Ticket) -> None:
    member.post(f"/tickets/{night.pk}/reply", {"text": "<script>alert(1)</script>"})
    assert "<script>alert" not in read(agent, f"/tickets/{night.pk}")


def test_an_empty_reply_is_not_sent(agent: Client, night: Ticket) -> None:
    answer = agent.post(f"/tickets/{night.pk}/reply", {"text": " "}, follow=True)
    assert "Nothing was sent" in answer.content.decode()


def test_resolving_explains_and_closing_puts_away(agent: Client, member: Client, night: Ticket) -> None:
    agent.post(f"/tickets/{night.pk}/reply", {"text": "A cable was loose.", "deed": "resolve"})
    assert "A cable was loose." in read(member, f"/tickets/{night.pk}")
    agent.post(f"/tickets/{night.pk}/close", {"cause": "carrier", "words": "A cable at the exchange."})
    closed = read(member, f"/tickets/{night.pk}")
    assert "It is closed." in closed
    assert "A carrier or supplier. A cable at the exchange." in closed


def test_a_customer_opens_a_ticket_that_has_an_owner_at_once(other: Client) -> None:
    form = {"title": "No picture in Jakarta", "text": "Since noon."}
    text = other.post("/tickets/new", form, follow=True).content.decode()
    assert "No picture in Jakarta" in text
    assert "owns it" in text


def test_the_link_of_a_mail_changes_nothing_until_it_is_confirmed(world: World, night: Ticket) -> None:
    token = write_link(Grant(ACKNOWLEDGE, night.pk, world.agent, clock.now() + timedelta(hours=1)))
    reader = Client()
    assert "as Night agent?" in read(reader, f"/acknowledge/{token}")
    night.refresh_from_db()
    assert night.acknowledged_at is None
    assert "You have it in hand." in reader.post(f"/acknowledge/{token}").content.decode()
    night.refresh_from_db()
    assert night.acknowledged_via == "mail-link"


def test_a_forged_link_is_refused(world: World) -> None:
    assert "This link is not valid." in read(Client(headers={"Accept": "text/html"}), "/acknowledge/forged", status=400)


def test_a_token_is_shown_once_works_and_can_be_revoked(member: Client) -> None:
    page = member.post("/account/tokens", {"label": "nightly export", "days": "30"})
    assert page["Cache-Control"] == "no-store"
    token = re.search(r"tally_[\w-]+", page.content.decode())
    assert token
    bearer = Client(headers={"Authorization": f"Bearer {token[0]}"})
    assert bearer.get("/api/v1/me").status_code == 200
    assert token[0] not in read(member, "/account")
    member.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke")
    assert bearer.get("/api/v1/me").status_code == 401


def test_nobody_revokes_anothers_token(world: World, member: Client) -> None:
    accounts.create_token(world.small.member, "theirs")
    assert member.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke").status_code == 404


def test_language_and_time_zone_are_kept(member: Client) -> None:
    member.post("/account/preferences", {"locale": "zh-hans", "timezone": "Asia/Shanghai"})
    del member.cookies["django_language"]
    assert '<html lang="zh-Hans"' in read(member, "/account")


def test_the_language_can_be_switched_without_an_account(world: World) -> None:
    reader = Client()
    reader.post("/i18n/setlang/", {"language": "zh-hans", "next": "/status"})
    assert '<html lang="zh-Hans"' in read(reader, "/status")


def test_the_mailbox_is_there_in_a_demo_only(agent: Client, settings: LazySettings, tmp_path: Path) -> None:
    settings.MAILBOX_READER = ""
    assert agent.get("/mailbox").status_code == 404
    settings.MAILBOX_READER, settings.MAILBOX_HOME = "tallylight.embedded.mailbox", tmp_path
    mail = Keeper(tmp_path / "mailbox").keep(
        "a@x.example", ["b@x.example"], b"Subject: Fire\r\n\r\nIt burns at /desk\r\n"
    )
    assert "Fire" in read(agent, "/mailbox")
    assert "It burns" in read(agent, f"/mailbox/{mail.id}")


def test_what_a_mail_of_the_demo_carries_can_be_saved(agent: Client, settings: LazySettings, tmp_path: Path) -> None:
    settings.MAILBOX_READER, settings.MAILBOX_HOME = "tallylight.embedded.mailbox", tmp_path
    message = EmailMessage()
    message["Subject"] = "Report"
    message.set_content("Enclosed.")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="报告.pdf")
    mail = Keeper(tmp_path / "mailbox").keep("desk@tallylight.example", ["mia@lumen.example"], message.as_bytes())
    assert "报告.pdf" in read(agent, f"/mailbox/{mail.id}")
    answer = agent.get(f"/mailbox/{mail.id}/files/0")
    assert (answer["Content-Type"], answer.content) == ("application/pdf", b"%PDF-1.7")
    assert answer["Content-Disposition"].startswith("attachment")
    assert agent.get(f"/mailbox/{mail.id}/files/1").status_code == 404


def test_a_contract_is_shown_as_tables_and_as_its_source(member: Client) -> None:
    text = read(member, "/contract")
    for words in ("AV-2026-007", "99.95%", "all regions of the contract", "parties:"):
        assert words in text


def test_staff_chooses_the_customer_and_a_customer_can_not(world: World, agent: Client, other: Client) -> None:
    for page in ("/contract", "/service"):
        assert world.large.name in read(agent, page)
        assert world.large.name not in read(other, f"{page}?customer={world.large.slug}")
    assert "AV-2026-007" in read(agent, f"/contract?customer={world.large.slug}")
    assert agent.get("/contract?customer=nobody").status_code == 404


def test_an_unknown_version_does_not_exist(member: Client) -> None:
    for version in ("nonsense", "01890000-0000-7000-8000-000000000000"):
        assert member.get(f"/contract?version={version}").status_code == 404


def test_a_problem_page_says_what_to_do(agent: Client) -> None:
    text = read(agent, "/network/nodes/no-such-node", status=404)
    assert "There is no node no-such-node." in text
    assert "node-unknown" in text


def test_pages_of_a_list_beyond_the_end_show_the_last(agent: Client, night: Ticket) -> None:
    assert night.number in read(agent, "/tickets?page=999")
