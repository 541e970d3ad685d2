"""A bridge as the people on it use it: over real PostgreSQL, with the clock moved."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, RoleRequired
from tallylight.bridges import api, handing, updates
from tallylight.bridges.errors import (
    BridgeAboutWhat,
    BridgeClosed,
    BridgeUnknown,
    LanguageMissing,
    LinkNotSafe,
    SeatHeld,
    SeatNotForYou,
    SeatOfferOver,
    SeatOfferPending,
    SourceUnknown,
    WordsNeeded,
)
from tallylight.bridges.models import Bridge, Line, Update
from tallylight.bridges.seats import PATIENCE, Seat
from tallylight.contracts.api import Level
from tallylight.kernel.ids import new_id
from tallylight.notify.models import Message
from tallylight.oncall import api as oncall
from tallylight.support import api as support
from tallylight.support.models import Entry, Ticket
from tallylight.support.states import Channel
from tallylight.support.tests.scene import ASTRA, LUMEN, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge(scene: Scene) -> UUID:
    """Of a running incident that hurts the Chinese-speaking customer too: opened by a member of the staff."""
    accounts_locale(scene, ASTRA, "zh-hans")
    scene.fire(LUMEN)
    scene.fire(ASTRA)
    scene.work()
    incident = Ticket.objects.values_list("incident", flat=True)[0]
    found = api.bridge_about(scene.viewer("omar"), incident=incident)
    return found or api.open_by_hand(scene.viewer("omar"), incident_id=incident, now=scene.clock.now())


def accounts_locale(scene: Scene, slug: str, locale: str) -> None:
    from tallylight.accounts.models import Organisation

    Organisation.objects.filter(pk=scene.customers[slug]).update(locale=locale)


def texts(scene: Scene, bridge: UUID) -> list[str]:
    return [each.text for each in api.timeline(scene.viewer("omar"), bridge)]


def holders(scene: Scene, bridge: UUID) -> dict[Seat, list[str]]:
    detail = api.bridge(scene.viewer("omar"), bridge, now=scene.clock.now())
    return {each.seat: [one.name for one in each.holders] for each in detail.seats}


def test_a_major_incident_opens_one_by_itself_and_once(scene: Scene) -> None:
    scene.fire(LUMEN, metric="dead", value=3000.0, limit=1500.0)
    scene.fire(ASTRA, metric="dead", value=3000.0, limit=1500.0)
    scene.work()
    assert {Ticket.objects.get(organisation_id=each).level for each in scene.customers.values()} >= {Level.MAJOR}
    assert Bridge.objects.get().opened_by is None
    scene.work()
    assert Bridge.objects.count() == 1


def test_a_major_ticket_of_no_incident_opens_one_and_a_fault_does_not(scene: Scene) -> None:
    for level in (Level.FAULT, Level.MAJOR):
        support.open_ticket(
            scene.viewer("mia"), title="Black", text="Black.", level=level, channel=Channel.API, now=scene.clock.now()
        )
    scene.work()
    found = Bridge.objects.get()
    assert Ticket.objects.get(pk=found.ticket).level == Level.MAJOR


def test_every_seat_has_somebody_or_is_said_to_be_missing(scene: Scene, bridge: UUID) -> None:
    assert holders(scene, bridge) == {
        Seat.COMMANDER: ["Omar Haddad"],
        Seat.COMMUNICATIONS: ["Ana Ruiz"],
        Seat.EXPERTS: ["Wei Chen"],
    }
    told = Message.objects.filter(about=bridge).values_list("person_id", flat=True)
    assert set(told) == {scene.people[each] for each in ("omar", "ana", "wei")}


def test_managers_hear_of_a_seat_for_which_nobody_is_there(scene: Scene) -> None:
    from tallylight.accounts.models import Person

    Person.objects.filter(pk=scene.people["wei"]).update(is_active=False)
    scene.fire(LUMEN)
    scene.work()
    incident = Ticket.objects.get().incident
    found = api.open_by_hand(scene.viewer("omar"), incident_id=incident, now=scene.clock.now())
    detail = api.bridge(scene.viewer("omar"), found, now=scene.clock.now())
    assert [each.seat for each in detail.seats if each.missing] == [Seat.EXPERTS]
    assert "Experts: nobody was found. The managers were told." in texts(scene, found)
    assert Message.objects.filter(about=found, subject__contains="Nobody is there for: Experts").count() == 1


def test_seats_are_filled_from_a_schedule_or_team_that_managers_name(scene: Scene) -> None:
    omar = scene.viewer("omar")
    oncall.make_schedule(omar, "experts", "Experts", "Asia/Singapore")
    now = scene.clock.now()
    tonight = {"start": now, "end": now + timedelta(1), "reason": "Tonight", "now": now}
    oncall.cover(omar, "experts", scene.people["ana"], **tonight)  # type: ignore[arg-type]
    api.set_source(omar, Seat.EXPERTS, api.Source(schedule="experts", role=Role.ENGINEER))
    scene.fire(LUMEN)
    scene.work()
    found = api.open_by_hand(omar, incident_id=Ticket.objects.get().incident, now=now)
    assert holders(scene, found)[Seat.EXPERTS] == ["Ana Ruiz"]
    with pytest.raises(SourceUnknown):
        api.set_source(omar, Seat.EXPERTS, api.Source(schedule="nights", role=Role.ENGINEER))
    with pytest.raises(RoleRequired):
        api.set_source(scene.viewer("ana"), Seat.EXPERTS, api.Source(role=Role.ENGINEER))


def test_a_seat_stays_until_the_other_accepts(scene: Scene, bridge: UUID) -> None:
    now, wei = scene.clock.now(), scene.people["wei"]
    with pytest.raises(SeatHeld):
        api.take(scene.viewer("wei"), bridge, Seat.COMMANDER, now=now)
    with pytest.raises(SeatNotForYou):
        api.offer(scene.viewer("wei"), bridge, Seat.COMMUNICATIONS, wei, reason="I write.", now=now)
    api.offer(scene.viewer("omar"), bridge, Seat.COMMANDER, wei, reason="I board a plane.", now=now)
    assert holders(scene, bridge)[Seat.COMMANDER] == ["Omar Haddad"]
    with pytest.raises(SeatOfferPending):
        api.offer(scene.viewer("omar"), bridge, Seat.COMMANDER, scene.people["ana"], reason="Or you.", now=now)
    with pytest.raises(SeatNotForYou):
        api.accept(scene.viewer("ana"), bridge, Seat.COMMANDER, now=now)
    api.accept(scene.viewer("wei"), bridge, Seat.COMMANDER, now=now)
    assert holders(scene, bridge)[Seat.COMMANDER] == ["Wei Chen"]
    assert "Commander: Omar Haddad offers it to Wei Chen: I board a plane." in texts(scene, bridge)
    with pytest.raises(SeatOfferOver):
        api.accept(scene.viewer("wei"), bridge, Seat.COMMANDER, now=now)


def test_declining_says_why_and_an_unanswered_offer_lapses_after_five_minutes(scene: Scene, bridge: UUID) -> None:
    omar, wei = scene.viewer("omar"), scene.viewer("wei")
    api.offer(omar, bridge, Seat.COMMANDER, wei.person_id, reason="Please.", now=scene.clock.now())
    with pytest.raises(WordsNeeded):
        api.decline(wei, bridge, Seat.COMMANDER, reason=" ", now=scene.clock.now())
    api.decline(wei, bridge, Seat.COMMANDER, reason="I mend.", now=scene.clock.now())
    api.offer(omar, bridge, Seat.COMMANDER, scene.people["ana"], reason="Please.", now=scene.clock.now())
    scene.clock.move(PATIENCE)  # type: ignore[attr-defined]
    for offer_id in handing.due_offers(scene.clock.now()):
        assert handing.lapse(offer_id, now=scene.clock.now())
        assert not handing.lapse(offer_id, now=scene.clock.now())
    said = texts(scene, bridge)
    assert "Commander: Wei Chen declined: I mend." in said
    assert "Commander: Ana Ruiz did not answer the offer in time." in said
    assert holders(scene, bridge)[Seat.COMMANDER] == ["Omar Haddad"]


def test_experts_come_and_go_but_the_last_one_stays(scene: Scene, bridge: UUID) -> None:
    now = scene.clock.now()
    api.take(scene.viewer("ana"), bridge, Seat.EXPERTS, now=now)
    assert holders(scene, bridge)[Seat.EXPERTS] == ["Wei Chen", "Ana Ruiz"]
    api.leave(scene.viewer("wei"), bridge, Seat.EXPERTS, now=now)
    with pytest.raises(SeatHeld):
        api.leave(scene.viewer("ana"), bridge, Seat.EXPERTS, now=now)


def test_one_update_stands_on_every_ticket_in_its_customers_language(scene: Scene, bridge: UUID) -> None:
    ana, now = scene.viewer("ana"), scene.clock.now()
    with pytest.raises(LanguageMissing) as missing:
        api.update(ana, bridge, {"en": "We moved traffic away."}, now=now)
    assert "简体中文" in str(missing.value)
    api.update(ana, bridge, {"en": "We moved traffic away.", "zh-hans": "流量已切走。"}, now=now)
    row = Update.objects.get()
    updates.send(row.pk, now=now)
    updates.send(row.pk, now=now)
    said = {
        each.ticket.organisation_id: each.text
        for each in Entry.objects.filter(kind="message", key__startswith="message:update").select_related("ticket")
    }
    assert said == {scene.customers[LUMEN]: "We moved traffic away.", scene.customers[ASTRA]: "流量已切走。"}
    assert Entry.objects.filter(kind="message").count() == 2
    row.refresh_from_db()
    assert (row.told, row.done_at) == (2, now)
    assert "The update stands on 2 tickets." in texts(scene, bridge)


def test_an_update_that_was_cut_off_goes_on_where_it_was(scene: Scene, bridge: UUID) -> None:
    now = scene.clock.now()
    made = api.update(scene.viewer("ana"), bridge, {"en": "One.", "zh-hans": "一。"}, now=now)
    first = api.bridge(scene.viewer("ana"), bridge, now=now).tickets[0]
    support.tell(first.id, "One.", by=scene.people["ana"], name="Ana Ruiz", key=f"update:{made}", now=now)
    assert updates.under_way() == [made]
    updates.send(made, now=now)
    assert Entry.objects.filter(kind="message", key=f"message:update:{made}").count() == 2
    assert updates.under_way() == []


def test_the_next_update_is_due_with_the_first_news_and_communications_is_reminded_once(
    scene: Scene, bridge: UUID
) -> None:
    before = api.bridge(scene.viewer("ana"), bridge, now=scene.clock.now()).pace
    assert before.due_at == min(Ticket.objects.values_list("news_due_at", flat=True))
    assert before.remind_at is not None
    assert updates.remind(now=before.remind_at - timedelta(seconds=1)) == 0
    assert updates.remind(now=before.remind_at) == 1
    assert updates.remind(now=before.remind_at) == 0
    mail = Message.objects.get(about=bridge, subject__contains="All customers wait for news")
    assert mail.person_id == scene.people["ana"]
    now = scene.clock.now()
    made = api.update(scene.viewer("ana"), bridge, {"en": "Soon.", "zh-hans": "很快。"}, now=now + timedelta(minutes=1))
    updates.send(made, now=now + timedelta(minutes=1))
    after = api.bridge(scene.viewer("ana"), bridge, now=now + timedelta(minutes=1)).pace
    assert after.due_at is not None
    assert after.due_at > before.due_at


def test_what_is_written_down_stays(scene: Scene, bridge: UUID) -> None:
    api.note(scene.viewer("wei"), bridge, "The line card of sin-1 resets.", now=scene.clock.now())
    line = Line.objects.get(kind="note")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(text="Nothing.")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        line.delete()
    with pytest.raises(WordsNeeded):
        api.note(scene.viewer("wei"), bridge, "  ", now=scene.clock.now())


def test_the_timeline_holds_what_was_measured_done_and_noted_in_order(scene: Scene, bridge: UUID) -> None:
    scene.clock.move(timedelta(minutes=1))  # type: ignore[attr-defined]
    api.note(scene.viewer("wei"), bridge, "The line card resets.", mark=api.Mark.DECISION, now=scene.clock.now())
    told = api.timeline(scene.viewer("omar"), bridge)
    assert [each.at for each in told] == sorted(each.at for each in told)
    assert {each.source.value for each in told} == {"measured", "ticket", "bridge"}
    assert (told[-1].text, told[-1].who, told[-1].mark) == ("The line card resets.", "Wei Chen", "decision")
    assert any("Lumen" in each.about for each in told)


def test_a_conference_link_is_https(scene: Scene, bridge: UUID) -> None:
    for wrong in ("http://meet.example/1", "javascript:alert(1)", "meet.example"):
        with pytest.raises(LinkNotSafe):
            api.set_conference(scene.viewer("ana"), bridge, wrong, now=scene.clock.now())
    api.set_conference(scene.viewer("ana"), bridge, "https://meet.example/1", now=scene.clock.now())
    assert api.bridge(scene.viewer("ana"), bridge, now=scene.clock.now()).card.conference == "https://meet.example/1"


def test_commander_and_managers_close_it_and_it_opens_again_by_hand(scene: Scene, bridge: UUID) -> None:
    now = scene.clock.now()
    with pytest.raises(SeatNotForYou):
        api.close(scene.viewer("ana"), bridge, now=now)
    api.close(scene.viewer("omar"), bridge, now=now)
    with pytest.raises(BridgeClosed):
        api.update(scene.viewer("ana"), bridge, {"en": "x"}, now=now)
    assert updates.remind(now=now + timedelta(days=1)) == 0
    incident = Bridge.objects.get(pk=bridge).incident
    assert api.open_by_hand(scene.viewer("ana"), incident_id=incident, now=now + timedelta(minutes=1)) == bridge
    assert holders(scene, bridge)[Seat.COMMANDER] == ["Omar Haddad"]


def test_customers_know_nothing_of_it_and_wrong_questions_are_answered_plainly(scene: Scene, bridge: UUID) -> None:
    now = scene.clock.now()
    for ask in (
        lambda: api.bridge(scene.viewer("mia"), bridge, now=now),
        lambda: api.bridges(scene.viewer("mia")),
        lambda: api.timeline(scene.viewer("mia"), bridge),
        lambda: api.note(scene.viewer("mia"), bridge, "hello", now=now),
        lambda: api.open_by_hand(scene.viewer("mia"), ticket_id=new_id(), now=now),
    ):
        with pytest.raises(RoleRequired):
            ask()
    with pytest.raises(BridgeUnknown):
        api.bridge(scene.viewer("ana"), new_id(), now=now)
    with pytest.raises(BridgeAboutWhat):
        api.open_by_hand(scene.viewer("ana"), now=now)
    assert accounts.person(scene.people["mia"]) is not None
