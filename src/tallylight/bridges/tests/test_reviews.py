"""The report on an incident: drafted from the timeline, edited, handed out to each customer with its own part."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from tallylight.accounts.models import Organisation
from tallylight.bridges import api, copies
from tallylight.bridges.errors import NoReport, ReportNotReady, ReportPublished, SeatNotForYou
from tallylight.bridges.models import Copy, Review
from tallylight.bridges.states import Part
from tallylight.kernel.errors import NotFound
from tallylight.notify.models import Message, MessageEnclosure
from tallylight.support.models import Ticket
from tallylight.support.tests.scene import ASTRA, LUMEN, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge(scene: Scene) -> UUID:
    """Of an incident of two customers that is over after nine minutes."""
    Organisation.objects.filter(pk=scene.customers[ASTRA]).update(locale="zh-hans")
    alerts = [scene.fire(LUMEN), scene.fire(ASTRA)]
    scene.work()
    omar = scene.viewer("omar")
    found = api.open_by_hand(omar, incident_id=Ticket.objects.all()[0].incident, now=scene.clock.now())
    scene.clock.move(timedelta(minutes=4))  # type: ignore[attr-defined]
    wei = scene.viewer("wei")
    api.note(wei, found, "Traffic moved to sin-2.", mark=api.Mark.HELPED, now=scene.clock.now())
    api.note(wei, found, "Replace the line card.", mark=api.Mark.ACTION, now=scene.clock.now())
    api.note(wei, found, "Whose mistake was it?", now=scene.clock.now())
    api.update(omar, found, {"en": "We moved traffic away.", "zh-hans": "流量已切走。"}, now=scene.clock.now())
    scene.clock.move(timedelta(minutes=5))  # type: ignore[attr-defined]
    for alert in alerts:
        scene.clear(alert)
    scene.work()
    return found


def test_the_draft_says_it_in_both_languages_from_what_was_measured(scene: Scene, bridge: UUID) -> None:
    api.start(scene.viewer("ana"), bridge, now=scene.clock.now())
    found = api.review(scene.viewer("ana"), bridge)
    english, chinese = found.texts["en"], found.texts["zh-hans"]
    assert "9 minutes" in english[Part.WHAT]
    assert (
        english[Part.IMPACT] == "Latency was up to 254.0 ms; the limit is 200.0 ms. 1 node in Singapore was affected."
    )
    assert "Traffic moved to sin-2." in english[Part.HELPED]
    assert "Omar Haddad told all customers: We moved traffic away." in english[Part.TIMELINE]
    assert "流量已切走。" in chinese[Part.TIMELINE]
    assert "新加坡" in chinese[Part.IMPACT]
    assert [(each.texts["en"], each.owner) for each in found.actions] == [("Replace the line card.", "Wei Chen")]


def test_the_draft_names_no_customer_and_nothing_that_the_desk_said_among_itself(scene: Scene, bridge: UUID) -> None:
    api.start(scene.viewer("ana"), bridge, now=scene.clock.now())
    whole = str(api.review(scene.viewer("ana"), bridge).texts)
    names = Organisation.objects.filter(kind="customer").values_list("name", flat=True)
    assert [each for each in (*names, "Whose mistake", "T-0") if each in whole] == []


def test_it_is_edited_until_it_is_published_and_fixed_from_then_on(scene: Scene, bridge: UUID) -> None:
    now, ana, omar = scene.clock.now(), scene.viewer("ana"), scene.viewer("omar")
    with pytest.raises(NoReport):
        api.publish(omar, bridge, now=now)
    api.start(ana, bridge, now=now)
    todo = api.ActionWanted({"en": "Spare cards.", "zh-hans": "备件。"}, scene.people["wei"], date(2026, 12, 1))
    api.edit(ana, bridge, {"en": {Part.WHAT: "A line card failed."}, "zh-hans": {Part.HELPED: ""}}, [todo], now=now)
    with pytest.raises(SeatNotForYou):
        api.publish(ana, bridge, now=now)
    with pytest.raises(ReportNotReady):
        api.publish(omar, bridge, now=now)
    api.edit(ana, bridge, {"zh-hans": {Part.HELPED: "切换。"}}, [todo], now=now)
    api.publish(omar, bridge, now=now)
    for late in (
        lambda: api.edit(ana, bridge, {"en": {Part.WHAT: "Nothing."}}, [], now=now),
        lambda: api.start(ana, bridge, now=now),
        lambda: api.publish(omar, bridge, now=now),
    ):
        with pytest.raises(ReportPublished):
            late()
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        Review.objects.update(texts={})


def test_each_customer_gets_its_own_copy_by_mail_and_on_its_ticket(scene: Scene, bridge: UUID) -> None:
    now, omar = scene.clock.now(), scene.viewer("omar")
    api.start(omar, bridge, now=now)
    api.publish(omar, bridge, now=now)
    review = Review.objects.get()
    copies.hand_out(review.pk, now=now)
    copies.hand_out(review.pk, now=now)
    mails = Message.objects.filter(key__contains=":published:")
    assert {each.person_id for each in mails} == {scene.people["mia"], scene.people["li"]}
    files = MessageEnclosure.objects.filter(message__in=mails)
    assert {(each.message_id, each.media_type) for each in files} == {(each.pk, "application/pdf") for each in mails}
    mine = Copy.objects.get(organisation_id=scene.customers[LUMEN])
    document = api.copy(scene.viewer("mia"), mine.pk, "en")
    said = "\n".join(document.texts())
    number = Ticket.objects.get(organisation_id=scene.customers[LUMEN]).number
    assert f"Your ticket {number} was opened at" in said
    assert "Astra" not in said
    assert api.copy_of_ticket(scene.viewer("mia"), mine.ticket) == mine.pk
    assert api.copy_of_ticket(scene.viewer("li"), mine.ticket) is None
    assert len(api.copies(scene.viewer("li"))) == 1
    with pytest.raises(NotFound):
        api.copy(scene.viewer("li"), mine.pk, "en")
    story = [each.text for each in api.timeline(omar, bridge)]
    assert "The report on this incident is published." in story


def test_a_copy_is_a_pdf_in_either_language(scene: Scene, bridge: UUID) -> None:
    from tallylight.typeset.api import written

    now, omar = scene.clock.now(), scene.viewer("omar")
    api.start(omar, bridge, now=now)
    api.publish(omar, bridge, now=now)
    row = Copy.objects.get(organisation_id=scene.customers[ASTRA])
    files = {written(api.copy(scene.viewer("li"), row.pk, language), "pdf")[:5] for language in ("en", "zh-Hans")}
    assert files == {b"%PDF-"}
