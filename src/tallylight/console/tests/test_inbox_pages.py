"""What came in from outside, on pages."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings
from tests.promises.world import World, make_world

from tallylight.channels.models import ItemFile, ReceivedItem
from tallylight.channels.reading import attend
from tallylight.channels.store import Arrival, keep
from tallylight.channels.tests.letters import DESK, letter
from tallylight.channels.tokens import address_of
from tallylight.console.tests.test_contract_pages import signed_in, text
from tallylight.kernel import clock
from tallylight.kernel.ids import new_id
from tallylight.support.arrivals import place
from tallylight.support.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(settings: Settings) -> World:
    settings.DESK_ADDRESS, settings.MAIL_FROM = DESK, "Tallylight <tallylight@desk.example>"
    return make_world()


def arrive(raw: bytes, *, sender: str = "who@nowhere.example", to: str = DESK) -> ReceivedItem:
    item = keep(Arrival("mail", str(new_id()), raw, {"sender": sender, "recipients": [to]}), now=clock.now())
    settle(item)
    return ReceivedItem.objects.get(pk=item)


def settle(item: object) -> None:
    """What the jobs do."""
    attend(item, now=clock.now())  # type: ignore[arg-type]
    place(item, now=clock.now())  # type: ignore[arg-type]


def mail_of(world: World) -> str:
    from tallylight.accounts import api as accounts

    person = accounts.person(world.large.member)
    assert person is not None
    return person.email


def ticket_by_mail(world: World, **facts: object) -> Ticket:
    address = mail_of(world)
    item = arrive(letter(sender=address, **facts), sender=address)  # type: ignore[arg-type]
    return Ticket.objects.get(pk=item.subject_id)


def test_a_strangers_message_waits_until_somebody_says_whose_it_is(world: World) -> None:
    client = signed_in(world.agent)
    assert "Everything that came in has found its place." in text(client.get("/admin/inbox"))
    item = arrive(letter("Who am I?", sender="Somebody <who@nowhere.example>", subject="画面卡顿"))
    page = client.get("/admin/inbox")
    assert "1 message waits for a decision." in text(page)
    assert "Nobody knows the sender" in text(page)
    shown = text(client.get(f"/admin/inbox/{item.pk}"))
    assert "Who am I?" in shown
    assert "Message-ID: <1@lumen.example>" in shown
    nobody = client.post(f"/admin/inbox/{item.pk}/sender", {"person": str(world.agent)})
    assert nobody.status_code == 400
    known = client.post(f"/admin/inbox/{item.pk}/sender", {"person": str(world.large.member)}, follow=True)
    assert "The address is known now" in text(known)
    settle(item.pk)
    item.refresh_from_db()
    assert f"/tickets/{item.subject_id}" in client.get(f"/admin/inbox/{item.pk}").content.decode()


def test_poison_is_tried_again_or_dropped_with_a_reason(world: World) -> None:
    client = signed_in(world.agent)
    item = arrive(b"Subject: from nobody\r\n\r\nx")
    assert "It can't be read" in text(client.get(f"/admin/inbox/{item.pk}"))
    again = client.post(f"/admin/inbox/{item.pk}/retry", follow=True)
    assert "It is being read again." in text(again)
    settle(item.pk)
    assert client.post(f"/admin/inbox/{item.pk}/drop", {"reason": ""}).status_code == 400
    dropped = client.post(f"/admin/inbox/{item.pk}/drop", {"reason": "noise"}, follow=True)
    assert "It is dropped" in text(dropped)
    assert "Dropped: noise" in text(client.get(f"/admin/inbox/{item.pk}"))
    assert "from nobody" not in text(client.get("/admin/inbox"))
    assert "Dropped" in text(client.get("/admin/inbox?all=1"))


def test_customers_do_not_see_what_came_in(world: World) -> None:
    item = arrive(letter(sender="who@nowhere.example"))
    client = signed_in(world.large.member)
    assert client.get("/admin/inbox").status_code == 403
    assert client.get(f"/admin/inbox/{item.pk}").status_code == 403
    assert client.get(f"/api/v1/inbox/{item.pk}").status_code == 403


def test_a_strangers_answer_is_the_desks_until_somebody_says_who_wrote_it(world: World) -> None:
    ticket = ticket_by_mail(world)
    arrive(letter("From my phone.", sender="who@nowhere.example", message_id="<2@x.example>"), to=address_of(ticket.pk))
    desk, customer = signed_in(world.agent), signed_in(world.large.member)
    page = desk.get(f"/tickets/{ticket.pk}")
    assert "Nobody knows this address." in text(page)
    assert "It was sent to this ticket's own address." in text(page)
    assert "From my phone." not in text(customer.get(f"/tickets/{ticket.pk}"))
    (entry,) = [each for each in page.context["lines"] if each.source and each.source.unverified]
    address = f"/tickets/{ticket.pk}/senders/{entry.id}"
    assert desk.post(address, {"person": "nobody"}).status_code == 400
    assert customer.post(address, {"person": str(world.large.member)}).status_code in (403, 404)
    said = desk.post(address, {"person": str(world.large.member)}, follow=True)
    assert "The address is known now" in text(said)
    assert "From my phone." in text(customer.get(f"/tickets/{ticket.pk}"))


def test_a_file_is_saved_and_never_shown_and_only_by_who_may_read_the_ticket(world: World) -> None:
    page = ("page.html", "text/html", b"<script>alert(1)</script>")
    ticket = ticket_by_mail(world, files=(page, ("setup.exe", "application/octet-stream", b"MZ")))
    kept, refused = ItemFile.objects.order_by("place")
    for address in (f"/tickets/{ticket.pk}/files/", f"/api/v1/tickets/{ticket.pk}/files/"):
        answer = signed_in(world.large.member).get(f"{address}{kept.pk}")
        assert answer.content == page[2]
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert signed_in(world.large.member).get(f"{address}{refused.pk}").status_code == 404
        assert signed_in(world.small.member).get(f"{address}{kept.pk}").status_code == 404
    assert "not kept" in text(signed_in(world.large.member).get(f"/tickets/{ticket.pk}"))
    (shown,) = [each for each in entries(signed_in(world.large.member), ticket) if each["files"]]
    assert [each["name"] for each in shown["files"]] == ["page.html", "setup.exe"]


def entries(client: Client, ticket: Ticket) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get(f"/api/v1/tickets/{ticket.pk}").json()["entries"]
    return found


def test_what_came_in_is_told_by_the_api(world: World) -> None:
    client = signed_in(world.agent)
    item = arrive(letter("Who am I?", sender="who@nowhere.example", html="<p>Who</p><script>x</script>"))
    (found,) = client.get("/api/v1/inbox?waiting=true").json()["items"]
    assert (found["id"], found["state"], found["reason"]) == (str(item.pk), "unknown", "unknown-sender")
    detail = client.get(f"/api/v1/inbox/{item.pk}").json()
    assert (detail["text"], detail["html"].strip()) == ("Who am I?", "<p>Who</p>")
    sent = {"person_id": str(world.large.member)}
    taken = client.post(f"/api/v1/inbox/{item.pk}/sender", sent, content_type="application/json")
    assert taken.json()["state"] == "new"
    settle(item.pk)
    late = client.post(f"/api/v1/inbox/{item.pk}/drop", {"reason": "x"}, content_type="application/json")
    assert (late.status_code, late.json()["code"]) == (409, "item-settled")
