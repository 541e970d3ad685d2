"""A chat posts once whatever happens to the connection, and finds everything again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from tallylight.accounts.api import Viewer
from tallylight.kernel.errors import NotFound
from tallylight.kernel.ids import new_id
from tallylight.support import api, chat
from tallylight.support.errors import TicketClosed
from tallylight.support.models import ChatPost, Entry, Ticket
from tallylight.support.states import Channel
from tallylight.support.tests.scene import Scene

pytestmark = pytest.mark.django_db


def post(scene: Scene, who: str, text: str, *, ticket: UUID | None = None, client_id: UUID | None = None) -> api.Posted:
    now = scene.clock.now()
    return api.post(scene.viewer(who), client_id or new_id(), ticket_id=ticket, text=text, now=now)


def texts(scene: Scene, who: str, ticket: UUID, *, after: UUID | None = None) -> list[str]:
    found = api.conversation(scene.viewer(who), ticket, after=after, now=scene.clock.now())
    return [each.text for each in found.entries if each.kind in ("message", "note")]


def test_first_words_open_a_ticket_with_an_owner(scene: Scene) -> None:
    posted = post(scene, "mia", "The picture freezes\nin Singapore since 9")
    card = api.ticket(scene.viewer("mia"), posted.ticket_id, now=scene.clock.now()).card
    assert (card.headline, card.owner) == ("The picture freezes", "Ana Ruiz")
    entry = Entry.objects.get(pk=posted.entry_id)
    assert (entry.channel, entry.text) == (Channel.CHAT, "The picture freezes\nin Singapore since 9")


def test_the_same_post_again_is_one_message_and_one_ticket(scene: Scene) -> None:
    one = new_id()
    first = post(scene, "mia", "It freezes", client_id=one)
    assert post(scene, "mia", "It freezes", client_id=one) == first
    assert (Ticket.objects.count(), texts(scene, "mia", first.ticket_id)) == (1, ["It freezes"])
    assert post(scene, "li", "Ours too", client_id=one) != first, "an id is its sender's own"


@pytest.mark.django_db(transaction=True)
def test_the_same_post_twice_at_once_is_one_message(scene: Scene) -> None:
    one, viewer, now = new_id(), scene.viewer("mia"), scene.clock.now()

    def once(_: int) -> api.Posted:
        try:
            return api.post(viewer, one, ticket_id=None, text="It freezes", now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(once, range(4)))
    assert len(answers) == 1
    assert Ticket.objects.count() == Entry.objects.filter(kind="message").count() == ChatPost.objects.count() == 1


def test_a_refused_post_leaves_nothing_and_may_be_tried_again(scene: Scene) -> None:
    one = new_id()
    ticket = post(scene, "mia", "It freezes").ticket_id
    Ticket.objects.filter(pk=ticket).update(state="closed", closed_at=scene.clock.now())
    with pytest.raises(TicketClosed):
        post(scene, "ana", "Still?", ticket=ticket, client_id=one)
    Ticket.objects.filter(pk=ticket).update(state="acknowledged", closed_at=None)
    post(scene, "ana", "Still?", ticket=ticket, client_id=one)
    assert texts(scene, "mia", ticket) == ["It freezes", "Still?"]


def test_words_on_what_was_over_for_long_are_told_where_they_stand(scene: Scene) -> None:
    ticket, long_ago = post(scene, "mia", "It freezes").ticket_id, scene.clock.now() - timedelta(days=400)
    Ticket.objects.filter(pk=ticket).update(state="closed", resolved_at=long_ago, closed_at=long_ago)
    posted = post(scene, "mia", "Again", ticket=ticket)
    assert posted.ticket_id != ticket
    assert texts(scene, "mia", posted.ticket_id) == ["Again"]


def test_a_client_asks_for_what_came_after_the_last_it_has(scene: Scene) -> None:
    first = post(scene, "mia", "one")
    second = post(scene, "ana", "two", ticket=first.ticket_id)
    post(scene, "mia", "three", ticket=first.ticket_id)
    assert texts(scene, "mia", first.ticket_id, after=second.entry_id)[-1] == "three"
    assert texts(scene, "mia", first.ticket_id) == ["one", "two", "three"]


def test_what_becomes_visible_late_is_told_although_its_id_is_smaller(scene: Scene) -> None:
    first = post(scene, "mia", "one")
    late = Entry(ticket_id=first.ticket_id, key="message:late", at=scene.clock.now(), kind="message", text="late")
    late.channel = Channel.SYSTEM
    known = post(scene, "mia", "two", ticket=first.ticket_id).entry_id
    assert late.pk < known
    assert "late" not in texts(scene, "mia", first.ticket_id)
    late.save(force_insert=True)
    assert "late" in texts(scene, "mia", first.ticket_id, after=known)


def test_a_client_that_was_away_for_long_gets_everything_in_several_answers(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "MOST", 3)
    first = post(scene, "mia", "0")
    for number in range(1, 10):
        post(scene, "mia", str(number), ticket=first.ticket_id)
    heard: dict[UUID, str] = {}
    last: UUID | None = first.entry_id
    for _ in range(10):
        found = api.conversation(scene.viewer("mia"), first.ticket_id, after=last, now=scene.clock.now())
        heard |= {each.id: each.text for each in found.entries if each.kind == "message"}
        last = found.entries[-1].id
        if not found.more:
            break
    assert [heard[each] for each in sorted(heard)][-9:] == [str(number) for number in range(1, 10)]


def test_a_chat_is_of_its_customer_and_the_desks_notes_are_the_desks(scene: Scene) -> None:
    posted = post(scene, "mia", "It freezes")
    api.note(scene.viewer("ana"), posted.ticket_id, "odd", channel=Channel.CONSOLE, now=scene.clock.now())
    assert texts(scene, "mia", posted.ticket_id) == ["It freezes"]
    assert texts(scene, "ana", posted.ticket_id) == ["It freezes", "odd"]
    for deed in (texts, lambda *_: post(scene, "li", "let me see", ticket=posted.ticket_id)):
        with pytest.raises(NotFound):
            deed(scene, "li", posted.ticket_id)


def test_further_words_go_on_with_the_open_chat(scene: Scene) -> None:
    mia: Callable[[], Viewer] = lambda: scene.viewer("mia")  # noqa: E731
    assert api.current(mia()) is None
    posted = post(scene, "mia", "It freezes")
    assert api.current(mia()) == posted.ticket_id
    api.resolve(scene.viewer("ana"), posted.ticket_id, "Mended.", channel=Channel.CONSOLE, now=scene.clock.now())
    assert api.current(mia()) is None


def test_the_chat_says_by_when_somebody_answers_and_nothing_else(scene: Scene) -> None:
    posted = post(scene, "mia", "It freezes")

    def stands() -> str:
        return api.conversation(scene.viewer("mia"), posted.ticket_id, now=scene.clock.now()).stands

    due = Ticket.objects.get(pk=posted.ticket_id).response_due_at
    assert due is not None
    assert stands() == f"Ana Ruiz will answer; your contract promises it by {due:%H:%M}."
    scene.clock.move(due - scene.clock.now() + timedelta(seconds=1))  # type: ignore[attr-defined]
    assert stands() == f"Ana Ruiz owes you an answer since {due:%H:%M}."
    api.acknowledge(scene.viewer("ana"), posted.ticket_id, channel=Channel.CONSOLE, now=scene.clock.now())
    assert stands() == "Ana Ruiz has it in hand."


def sent(scene: Scene, client: Client, *files: SimpleUploadedFile, who: str = "mia", **fields: str) -> HttpResponse:
    body = {"id": str(new_id()), "files": list(files)} | fields
    return client.post("/api/v1/chat/files", body, headers=scene.token(who))


def test_a_file_is_kept_once_with_its_words_and_only_for_who_may_read_them(scene: Scene, client: Client) -> None:
    one = str(new_id())
    answers = [sent(scene, client, SimpleUploadedFile("a/../log.txt", b"lost 4 %"), id=one) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    ticket = answers[0].json()["ticket_id"]
    assert Ticket.objects.get().title == "log.txt"
    told = client.get(f"/api/v1/tickets/{ticket}/conversation", headers=scene.token("ana")).json()
    ((file,),) = [each["files"] for each in told["lines"] if each["words"]]
    assert (file["name"], file["octets"]) == ("log.txt", 8)
    for who, status in (("ana", 200), ("mia", 200), ("li", 404)):
        assert client.get(file["address"], headers=scene.token(who)).status_code == status
    fetched = client.get(file["address"], headers=scene.token("mia"))
    assert (fetched.content, fetched["Content-Disposition"].split(";")[0]) == (b"lost 4 %", "attachment")


def test_what_is_not_taken_says_why_and_leaves_nothing(scene: Scene, client: Client) -> None:
    program = sent(scene, client, SimpleUploadedFile("run.exe", b"MZ"))
    assert (program.status_code, program.json()["code"]) == (400, "file-refused")
    assert "run.exe" in program.json()["title"]
    many = sent(scene, client, *[SimpleUploadedFile(f"{n}.txt", b"x") for n in range(6)], text="six")
    assert many.json()["code"] == "too-many-files"
    large = sent(scene, client, SimpleUploadedFile("film.mp4", b"0" * 15_000_001))
    assert large.json()["code"] == "file-refused"
    assert (Ticket.objects.count(), ChatPost.objects.count()) == (0, 0)


def test_the_api_posts_and_reads(scene: Scene, client: Client) -> None:
    body = {"id": str(new_id()), "text": "It freezes"}
    mia = scene.token("mia")
    answers = [client.post("/api/v1/chat/messages", body, "application/json", headers=mia) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    ticket = answers[0].json()["ticket_id"]
    told = client.get(f"/api/v1/tickets/{ticket}/conversation", headers=mia).json()
    assert [(each["text"], each["own"]) for each in told["lines"] if each["words"]] == [("It freezes", True)]
    offered = client.get("/api/v1/chat", headers=mia).json()
    assert offered["current"] == ticket
    assert [each["headline"] for each in offered["tickets"]] == ["It freezes"]
    empty = client.post("/api/v1/chat/messages", body | {"text": ""}, "application/json", headers=mia)
    assert empty.status_code == 400
