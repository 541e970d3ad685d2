"""Mail that comes in finds its ticket, on real PostgreSQL and through a real SMTP server on the way out."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from pytest_django import Settings

from tallylight.channels import api as channels
from tallylight.channels import store
from tallylight.channels.api import MAIL, PersonUnknown
from tallylight.channels.models import ReceivedItem
from tallylight.channels.store import Arrival
from tallylight.channels.tests.letters import DESK, letter, report
from tallylight.channels.tokens import address_of
from tallylight.contracts.api import Level
from tallylight.kernel.errors import NotFound
from tallylight.kernel.ids import new_id
from tallylight.notify import api as notify
from tallylight.notify.models import Message
from tallylight.notify.tests.sink import Sink
from tallylight.support import api, arrivals
from tallylight.support.models import Ticket
from tallylight.support.states import Channel, State
from tallylight.support.subjects import bare_subject
from tallylight.support.tests.scene import ASTRA, LUMEN, Scene

STRANGER = "Somebody <who@nowhere.example>"


@pytest.fixture(autouse=True)
def desk(settings: Settings) -> None:
    settings.DESK_ADDRESS, settings.MAIL_FROM = DESK, "Tallylight <tallylight@desk.example>"


def arrive(scene: Scene, raw: bytes, *, sender: str = "mia@lumen.example", to: str = DESK) -> ReceivedItem:
    """A mail comes in and everything that follows is done."""
    envelope = {"sender": sender, "recipients": [to]}
    item = store.keep(Arrival(MAIL, str(new_id()), raw, envelope), now=scene.clock.now())
    scene.work()
    return ReceivedItem.objects.get(pk=item)


def opened(scene: Scene) -> Ticket:
    """A ticket that the customer opened in the console."""
    viewer = scene.viewer("mia")
    found = api.open_ticket(
        viewer,
        title="Stutter in Singapore",
        text="It stutters.",
        level=Level.BASIC,
        channel=Channel.CONSOLE,
        now=scene.clock.now(),
    )
    scene.work()
    return Ticket.objects.get(pk=found)


def story(scene: Scene, ticket: UUID, name: str = "ana") -> list[api.EntryCard]:
    """The words on a ticket as somebody sees them."""
    detail = api.ticket(scene.viewer(name), ticket, now=scene.clock.now())
    return [each for each in detail.entries if each.kind == "message"]


def sent_to(sink: Sink, address: str) -> list[EmailMessage]:
    return [each for each in sink.messages if each["To"] == address]


def test_a_reply_joins_the_ticket_that_our_mail_was_about(scene: Scene, sink: Sink) -> None:
    ticket = opened(scene)
    api.say(scene.viewer("ana"), ticket.pk, "Since when?", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.work()
    ours = sent_to(sink, "mia@lumen.example")[-1]
    assert ours["Reply-To"] == address_of(ticket.pk)
    quote = "\n\nOn Mon, 23 Nov 2026, Tallylight <tallylight@desk.example> wrote:\n> Since when?"
    item = arrive(scene, letter("Since 21:04." + quote, subject="Re: x", In_Reply_To=ours["Message-ID"]))
    assert (item.state, item.subject_id) == ("routed", ticket.pk)
    last = story(scene, ticket.pk)[-1]
    assert (last.text, last.author, last.channel) == ("Since 21:04.", "Mia Tan", Channel.MAIL)
    assert last.facts["because"] == "references"
    assert Ticket.objects.count() == 1


def test_a_reply_whose_references_are_lost_is_found_by_its_address(scene: Scene) -> None:
    ticket = opened(scene)
    item = arrive(scene, letter("Since 21:04.", subject="another"), to=address_of(ticket.pk).upper())
    assert item.subject_id == ticket.pk
    assert story(scene, ticket.pk)[-1].facts["because"] == "token"


@pytest.mark.parametrize(
    ("subject", "because"), [("AW: Re: stutter  in Singapore", "subject"), ("about [{number}]", "number")]
)
def test_a_known_sender_is_found_by_number_or_subject(scene: Scene, subject: str, because: str) -> None:
    ticket = opened(scene)
    item = arrive(scene, letter(subject=subject.format(number=ticket.number)))
    assert item.subject_id == ticket.pk
    assert story(scene, ticket.pk)[-1].facts["because"] == because


def test_another_customers_number_in_a_subject_finds_nothing(scene: Scene) -> None:
    ticket = opened(scene)
    item = arrive(scene, letter(sender="li@astra.example", subject=f"about {ticket.number}"), sender="li@astra.example")
    assert item.subject_id != ticket.pk
    assert Ticket.objects.get(pk=item.subject_id).organisation_id == scene.customers[ASTRA]


def test_a_reply_opens_again_what_was_over_and_begins_anew_after_too_long(scene: Scene, sink: Sink) -> None:
    ticket = opened(scene)
    api.resolve(scene.viewer("ana"), ticket.pk, "Mended.", channel=Channel.CONSOLE, now=scene.clock.now())
    arrive(scene, letter("Not yet.", message_id="<2@x.example>"), to=address_of(ticket.pk))
    ticket.refresh_from_db()
    assert ticket.state == State.ACKNOWLEDGED
    api.resolve(scene.viewer("ana"), ticket.pk, "Mended now.", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.clock.move(timedelta(days=60))  # type: ignore[attr-defined]
    item = arrive(scene, letter("Again!", message_id="<3@x.example>"), to=address_of(ticket.pk))
    assert item.subject_id is not None
    assert item.subject_id != ticket.pk
    (first,) = story(scene, item.subject_id)
    assert (first.text, first.facts["because"]) == ("Again!", "token")
    fresh = Ticket.objects.get(pk=item.subject_id)
    assert fresh.number in str(sent_to(sink, "mia@lumen.example")[-1])


def test_mail_from_a_customer_opens_a_ticket_with_running_clocks_and_says_so(scene: Scene, sink: Sink) -> None:
    item = arrive(scene, letter(subject="Fwd: Stutter in Singapore"))
    ticket = Ticket.objects.get(pk=item.subject_id)
    assert (ticket.title, ticket.level, ticket.organisation_id) == (
        "Stutter in Singapore",
        Level.BASIC,
        scene.customers[LUMEN],
    )
    assert ticket.owner_id is not None
    assert ticket.response_due_at is not None
    (answer,) = sent_to(sink, "mia@lumen.example")
    body = answer.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert ticket.number in body
    assert f"{ticket.response_due_at:%Y-%m-%d %H:%M}" in body
    assert (answer["In-Reply-To"], answer["Subject"]) == ("<1@lumen.example>", "Re: Stutter in Singapore")
    assert answer["Auto-Submitted"] == "auto-generated"


def test_the_answer_to_a_mail_stands_beside_it_and_to_a_page_beside_the_page(scene: Scene, sink: Sink) -> None:
    item = arrive(scene, letter())
    assert item.subject_id is not None
    api.say(scene.viewer("ana"), item.subject_id, "We see it.", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.work()
    by_mail = sent_to(sink, "mia@lumen.example")[-1]
    assert (by_mail["In-Reply-To"], by_mail["Subject"]) == ("<1@lumen.example>", "Re: Stutter in Singapore")
    api.say(scene.viewer("mia"), item.subject_id, "Thanks.", channel=Channel.CONSOLE, now=scene.clock.now())
    api.say(scene.viewer("ana"), item.subject_id, "Done.", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.work()
    by_page = sent_to(sink, "mia@lumen.example")[-1]
    assert by_page["In-Reply-To"] == f"<{item.subject_id}@desk.example>"
    assert by_page["Subject"].startswith("[T-")
    assert by_page["Reply-To"] == address_of(item.subject_id)


def test_the_staffs_own_mails_name_no_address_to_answer_to(scene: Scene, sink: Sink) -> None:
    arrive(scene, letter())
    api.say(scene.viewer("mia"), Ticket.objects.get().pk, "And?", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.work()
    told = sent_to(sink, "agent@tallylight.example")
    assert any("And?" in str(each) for each in told)
    assert {each["Reply-To"] for each in told} == {None}


def test_a_strangers_answer_joins_for_the_desk_only_and_nothing_goes_back(scene: Scene, sink: Sink) -> None:
    ticket = opened(scene)
    api.resolve(scene.viewer("ana"), ticket.pk, "Mended.", channel=Channel.CONSOLE, now=scene.clock.now())
    arrive(scene, letter("Let me in.", sender=STRANGER), sender="who@nowhere.example", to=address_of(ticket.pk))
    assert sent_to(sink, "who@nowhere.example") == []
    assert "Let me in." not in [each.text for each in story(scene, ticket.pk, "mia")]
    seen = story(scene, ticket.pk)[-1]
    assert (seen.text, seen.internal, seen.facts["unverified"]) == ("Let me in.", True, True)
    ticket.refresh_from_db()
    assert ticket.state == State.RESOLVED


def test_a_stranger_whom_the_desk_knows_after_all_is_heard(scene: Scene) -> None:
    ticket = opened(scene)
    api.resolve(scene.viewer("ana"), ticket.pk, "Mended.", channel=Channel.CONSOLE, now=scene.clock.now())
    to = address_of(ticket.pk)
    arrive(scene, letter("From my phone.", sender=STRANGER), sender="who@nowhere.example", to=to)
    entry = story(scene, ticket.pk)[-1]
    with pytest.raises(PersonUnknown):
        api.confirm_sender(scene.viewer("ana"), ticket.pk, entry.id, scene.people["li"], now=scene.clock.now())
    api.confirm_sender(scene.viewer("ana"), ticket.pk, entry.id, scene.people["mia"], now=scene.clock.now())
    seen = story(scene, ticket.pk, "mia")[-1]
    assert (seen.text, seen.author) == ("From my phone.", "Mia Tan")
    ticket.refresh_from_db()
    assert ticket.state == State.ACKNOWLEDGED
    again = arrive(
        scene, letter("And now?", sender=STRANGER, message_id="<2@x.example>"), sender="who@nowhere.example", to=to
    )
    assert again.state == "routed"
    assert story(scene, ticket.pk, "mia")[-1].text == "And now?"
    with pytest.raises(NotFound):
        api.confirm_sender(scene.viewer("ana"), ticket.pk, entry.id, scene.people["mia"], now=scene.clock.now())


def test_another_customers_person_is_a_stranger_on_this_ticket(scene: Scene) -> None:
    ticket = opened(scene)
    arrive(scene, letter("I am Li.", sender="li@astra.example"), sender="li@astra.example", to=address_of(ticket.pk))
    assert "I am Li." not in [each.text for each in story(scene, ticket.pk, "mia")]
    assert story(scene, ticket.pk)[-1].facts["unverified"] is True


def test_a_colleagues_mail_is_never_passed_on_to_the_customer(scene: Scene, sink: Sink) -> None:
    ticket = opened(scene)
    staff = "agent@tallylight.example"
    arrive(scene, letter("Tell them nothing.", sender=staff), sender=staff, to=address_of(ticket.pk))
    assert story(scene, ticket.pk)[-1].internal
    assert not any("nothing" in str(each) for each in sent_to(sink, "mia@lumen.example"))


def test_a_stranger_waits_for_people_and_hears_once_that_it_came_in(scene: Scene, sink: Sink) -> None:
    for number in range(3):
        item = arrive(
            scene, letter(sender=STRANGER, message_id=f"<{number}@nowhere.example>"), sender="who@nowhere.example"
        )
        assert (item.state, item.reason) == ("unknown", "unknown-sender")
        scene.clock.move(arrivals.SAME_SUBJECT)  # type: ignore[attr-defined]
    assert Ticket.objects.count() == 0
    (heard,) = sent_to(sink, "who@nowhere.example")
    assert heard["Subject"] == "Your message came in"
    assert heard["Reply-To"] is None


def test_the_desk_says_whose_it_is_and_it_becomes_their_ticket(scene: Scene) -> None:
    item = arrive(scene, letter(sender=STRANGER), sender="who@nowhere.example")
    channels.belongs_to(scene.viewer("ana"), item.pk, scene.people["mia"], now=scene.clock.now())
    scene.work()
    item.refresh_from_db()
    assert item.state == "routed"
    ticket = Ticket.objects.get(pk=item.subject_id)
    assert (ticket.organisation_id, ticket.opened_by_id) == (scene.customers[LUMEN], scene.people["mia"])


def test_a_vacation_notice_is_seen_by_the_desk_and_answered_by_nobody(scene: Scene, sink: Sink) -> None:
    ticket = opened(scene)
    api.resolve(scene.viewer("ana"), ticket.pk, "Mended.", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.work()
    before = len(sink.accepted)
    raw = letter("I am on holiday.", Auto_Submitted="auto-replied")
    item = arrive(scene, raw, to=address_of(ticket.pk))
    assert (item.state, item.reason) == ("ignored", "auto-reply")
    assert (story(scene, ticket.pk)[-1].text, len(sink.accepted)) == ("I am on holiday.", before)
    assert "I am on holiday." not in [each.text for each in story(scene, ticket.pk, "mia")]
    ticket.refresh_from_db()
    assert ticket.state == State.RESOLVED


def test_a_customers_monitoring_opens_a_ticket_but_is_not_answered(scene: Scene, sink: Sink) -> None:
    item = arrive(scene, letter(Auto_Submitted="auto-generated", subject="ALERT stall rate"))
    assert item.state == "routed"
    assert sent_to(sink, "mia@lumen.example") == []


def test_two_desks_that_answer_each_other_stop(scene: Scene, sink: Sink) -> None:
    """The other desk answers whatever it gets, in a new conversation each time, and says nothing of being a program."""
    arrive(scene, letter(message_id="<0@lumen.example>"))
    heard = 0
    for turn in range(1, 50):
        answers = sent_to(sink, "mia@lumen.example")
        if len(answers) == heard:
            break
        heard = len(answers)
        arrive(scene, letter("We got your mail.", subject=f"Case {turn}", message_id=f"<{turn}@lumen.example>"))
    assert heard == 3
    assert Ticket.objects.count() == 4


def test_our_own_mail_that_comes_back_to_us_goes_no_further(scene: Scene, sink: Sink) -> None:
    arrive(scene, letter())
    ours = sink.accepted[-1].content
    assert isinstance(ours, bytes)
    item = arrive(scene, ours, sender="tallylight@desk.example")
    assert (item.state, item.reason) == ("ignored", "own")


def test_a_copy_that_came_by_another_way_is_ignored(scene: Scene) -> None:
    first = arrive(scene, letter())
    copy = arrive(scene, b"Delivered-To: help@desk.example\r\n" + letter())
    assert (first.state, copy.state, copy.reason) == ("routed", "ignored", "duplicate")
    assert Ticket.objects.count() == 1


def test_a_bounce_suppresses_the_address_it_was_sent_to_and_is_on_the_ticket(scene: Scene, sink: Sink) -> None:
    item = arrive(scene, letter())
    ours = sent_to(sink, "mia@lumen.example")[-1]["Message-ID"]
    bounce = arrive(scene, report(ours), sender="", to="tallylight@desk.example")
    assert (bounce.state, bounce.reason) == ("ignored", "bounce")
    assert "mia@lumen.example" in notify.suppressed(["mia@lumen.example"])
    assert item.subject_id is not None
    (card,) = [each for each in notify.deliveries(item.subject_id) if each.address == "mia@lumen.example"]
    assert [(each.for_good, each.status) for each in card.bounces] == [(True, "5.1.1")]
    assert len(story(scene, item.subject_id)) == 1


def test_a_forged_bounce_of_a_mail_we_never_sent_suppresses_nobody(scene: Scene) -> None:
    arrive(scene, report(f"<{new_id()}@desk.example>"), sender="")
    arrive(scene, report("<1@lumen.example>"), sender="")
    assert notify.suppressed(["mia@lumen.example"]) == {}


def test_a_full_mailbox_is_counted_and_suppressed_only_when_it_stays_full(scene: Scene) -> None:
    to = notify.Recipient("mia@lumen.example")
    for number in range(5):
        assert notify.suppressed(["mia@lumen.example"]) == {}
        notify.send(f"m:{number}", to=to, content=notify.Text("x", "y"), now=scene.clock.now())
        sent = Message.objects.get(key=f"m:{number}")
        for _ in range(2):
            raw = report(f"<{sent.pk}@desk.example>", status="5.2.2", said="552 mailbox full")
            arrive(scene, raw, sender="")
    assert "mia@lumen.example" in notify.suppressed(["mia@lumen.example"])


def test_files_are_on_the_ticket_and_refused_ones_are_named_to_the_sender(scene: Scene, sink: Sink) -> None:
    files = (("trace.txt", "text/plain", b"line"), ("setup.exe", "application/octet-stream", b"MZ"))
    item = arrive(scene, letter(files=files))
    assert item.subject_id is not None
    kept, refused = story(scene, item.subject_id)[0].facts["files"]
    assert (kept["name"], refused["name"], refused["refusal"]) == ("trace.txt", "setup.exe", "type")
    assert channels.file_data(kept["sha256"]) == b"line"
    assert "setup.exe" in sent_to(sink, "mia@lumen.example")[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    again = letter("More.", message_id="<2@x.example>", files=(("again.exe", "application/octet-stream", b"MZ2"),))
    arrive(scene, again, to=address_of(item.subject_id))
    assert "again.exe" in sent_to(sink, "mia@lumen.example")[1].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_people_on_the_copy_line_whom_nobody_knows_are_named_to_the_desk(scene: Scene) -> None:
    item = arrive(scene, letter(Cc="ops@lumen.example, mia@lumen.example, desk+x@desk.example"))
    assert item.subject_id is not None
    assert story(scene, item.subject_id)[0].facts["others"] == ["ops@lumen.example"]


def test_poison_is_set_aside_and_holds_up_nobody(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    unreadable = arrive(scene, b"Subject: from nobody\r\n\r\nx")
    assert (unreadable.state, unreadable.reason) == ("set-aside", "unreadable")
    with monkeypatch.context() as patch:

        def broken(*_args: object, **_facts: object) -> None:
            raise RuntimeError("a fault of ours")

        patch.setattr(arrivals, "open_ticket", broken)
        poisoned = arrive(scene, letter())
    assert (poisoned.state, poisoned.reason) == ("set-aside", "failed")
    assert "a fault of ours" in poisoned.detail
    assert arrive(scene, letter(message_id="<2@x.example>", subject="other")).state == "routed"
    channels.retry(scene.viewer("ana"), poisoned.pk, now=scene.clock.now())
    scene.work()
    poisoned.refresh_from_db()
    assert poisoned.state == "routed"


def test_an_item_at_which_its_reader_keeps_dying_is_set_aside(scene: Scene) -> None:
    item = store.keep(Arrival(MAIL, "x", letter()), now=scene.clock.now())
    ReceivedItem.objects.filter(pk=item).update(attempts=5)
    scene.work()
    assert ReceivedItem.objects.get(pk=item).reason == "crashed"


def test_dropping_needs_a_reason_and_what_has_its_place_stays(scene: Scene) -> None:
    item = arrive(scene, letter(sender=STRANGER), sender="who@nowhere.example")
    with pytest.raises(channels.DropReasonNeeded):
        channels.drop(scene.viewer("ana"), item.pk, "  ", now=scene.clock.now())
    channels.drop(scene.viewer("ana"), item.pk, "spam", now=scene.clock.now())
    with pytest.raises(channels.ItemSettled):
        channels.retry(scene.viewer("ana"), item.pk, now=scene.clock.now())


def test_placing_twice_changes_nothing(scene: Scene) -> None:
    item = arrive(scene, letter())
    arrivals.place(item.pk, now=scene.clock.now())
    assert Ticket.objects.count() == 1
    assert item.subject_id is not None
    assert len(story(scene, item.subject_id)) == 1


@pytest.mark.parametrize(
    "subject", ["Re: Stutter", "AW: WG: stutter", "回复：转发: Stutter", "RE[2]: Stutter", "stutter "]
)
def test_a_subject_is_the_same_whatever_programs_put_before_it(subject: str) -> None:
    assert bare_subject(subject) == "stutter"
