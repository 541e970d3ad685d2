"""How one is reached, and what is held back, on pages."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.promises.world import World, bad_night, make_world

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role
from tallylight.console.tests.test_contract_pages import signed_in, text
from tallylight.kernel import clock
from tallylight.notify import api as notify
from tallylight.notify import jobs
from tallylight.notify.tests.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world()


def pager(client: Client) -> str:
    added = {"channel": "im", "label": "My pager", "url": "json://127.0.0.1:1/hunter2-hunter2"}
    page = client.post("/account/addresses/new", added, follow=True)
    assert "My pager" in text(page)
    assert "hunter2" not in page.content.decode()
    return str(notify.preferences(page.context["frame"]["viewer"].person_id).ways[1].id)


def test_somebody_puts_their_ways_in_order(world: World) -> None:
    client = signed_in(world.agent)
    assert "You are reached by mail first." in text(client.get("/account/addresses"))
    way = pager(client)
    page = client.post(f"/account/addresses/{way}/earlier", follow=True)
    assert "You are reached by My pager first." in text(page)
    assert client.post("/account/addresses/nobody/earlier").status_code == 404
    assert "You are reached by mail first." in text(client.post(f"/account/addresses/{way}/remove", follow=True))


def test_a_test_shows_what_the_server_said(world: World, sink: Sink) -> None:
    client = signed_in(world.agent)
    running = client.post("/account/addresses/mail/test", follow=True)
    assert 'hx-trigger="load delay:1s"' in running.content.decode()
    jobs.carry_mail()
    done = client.get("/account/addresses")
    assert "queued as 4F2A1C" in text(done)
    assert "hx-trigger" not in done.content.decode().partition('id="trials"')[2].partition(">")[0]
    assert len(sink.accepted) == 1


def test_quiet_hours_are_kept_and_need_both_ends(world: World) -> None:
    client = signed_in(world.agent)
    kept = client.post("/account/addresses/quiet-hours", {"start": "22:00", "end": "07:00"}, follow=True)
    assert "Between 22:00 and 07:00 only what is major rings" in text(kept)
    half = client.post("/account/addresses/quiet-hours", {"start": "22:00"})
    assert half.status_code == 400
    assert "Quiet hours need a beginning and an end that differ." in text(half)


def test_an_address_that_is_none_is_said_beside_its_field(world: World) -> None:
    bad = {"channel": "im", "label": "x", "url": "nosuch://hunter2"}
    page = signed_in(world.agent).post("/account/addresses/new", bad)
    assert page.status_code == 400
    assert "This is no address that we can deliver to." in text(page)


def test_a_customer_tests_mail_and_adds_no_other_way(world: World) -> None:
    client = signed_in(world.large.member)
    page = text(client.post("/account/addresses/mail/test", follow=True))
    assert "Add a way" not in page
    assert "On its way" in page
    assert client.post("/account/addresses/new", {"channel": "im", "label": "x", "url": "json://h"}).status_code == 403


def test_staff_suppresses_an_address_and_lifts_it_with_a_reason(world: World) -> None:
    client = signed_in(world.agent)
    said = {"address": "mia@lumen.example", "reason": "manual", "evidence": "asked by phone"}
    page = client.post("/admin/delivery/suppressions", said, follow=True)
    assert "Nothing is sent to 1 address." in text(page)
    assert "asked by phone" in text(client.get("/admin/delivery?address=lumen"))
    (card,) = notify.suppressions()
    lifting = f"/admin/delivery/suppressions/{card.id}/lift"
    assert "Lifting needs a reason." in text(client.post(lifting, follow=True))
    lifted = text(client.post(lifting, {"reason": "asked again"}, follow=True))
    assert "Messages go to every address." in lifted
    assert "asked again" in lifted


def test_a_ticket_shows_what_the_server_calls_its_mail(world: World, sink: Sink) -> None:
    ticket = bad_night(world)
    jobs.carry_mail()
    page = text(signed_in(world.agent).get(f"/tickets/{ticket.id}"))
    assert "250 2.0.0 Ok: queued as 4F2A1C" in page
    assert "kept there as <code>4F2A1C</code>" in page


def test_somebody_whose_address_is_suppressed_is_told_so(world: World) -> None:
    email = accounts.person(world.agent).email  # type: ignore[union-attr]
    notify.suppress(email, notify.Why.HARD_BOUNCE, "550 5.1.1 gone", now=clock.now())
    page = text(signed_in(world.agent).get("/account/addresses"))
    assert "Nothing is sent to your mail address" in page
    assert "550 5.1.1 gone" in page


def test_limits_are_set_by_managers_and_read_by_staff(world: World) -> None:
    limit = {"channel": "mail", "destination": "slow.example", "per_minute": "60", "burst": "5"}
    agent = signed_in(world.agent)
    assert agent.post("/admin/delivery/limits", limit).status_code == 403
    manager = signed_in(accounts.staff_with_role(Role.MANAGER)[0].id)
    assert "slow.example" in text(manager.post("/admin/delivery/limits", limit, follow=True))
    assert "slow.example" in text(agent.get("/admin/delivery"))
    (card,) = notify.limits()
    assert "slow.example" not in text(manager.post(f"/admin/delivery/limits/{card.id}/remove", follow=True))
    assert signed_in(world.large.member).get("/admin/delivery").status_code == 403
