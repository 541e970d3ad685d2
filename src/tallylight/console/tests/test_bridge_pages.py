"""A bridge and its report in the browser's eyes: what staff do, what customers read and don't."""

from __future__ import annotations

import pytest
from tests.promises.world import World

from tallylight.bridges.models import Bridge, Copy
from tallylight.console.tests.reader import read, signed_in
from tallylight.support.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, night: Ticket) -> str:
    """The address of the bridge of that night."""
    if not Bridge.objects.exists():
        signed_in(world.manager).post("/bridges/open", {"incident": str(night.incident)})
    return f"/bridges/{Bridge.objects.get().pk}"


def test_staff_go_from_the_incident_and_the_desk_to_its_bridge(world: World, night: Ticket, page: str) -> None:
    manager = signed_in(world.manager)
    assert page in read(manager, f"/incidents/{night.incident}")
    assert page in read(manager, "/desk")
    assert page in read(manager, "/bridges")
    shown = read(manager, page)
    for said in ("Who does what", "Commander", "Night manager commands.", "Write something down"):
        assert said in shown


def test_notes_updates_and_the_conference_stand_in_the_timeline(world: World, night: Ticket, page: str) -> None:
    manager = signed_in(world.manager)
    manager.post(f"{page}/note", {"text": "Fibre cut <b>north</b>.", "mark": "decision"})
    manager.post(f"{page}/conference", {"url": "https://meet.example/42"})
    told = {"text-en": "We are on it.", "text-zh-hans": "正在处理。"}
    assert "on its way to every customer" in manager.post(f"{page}/update", told, follow=True).content.decode()
    shown = read(manager, page)
    assert "Fibre cut &lt;b&gt;north&lt;/b&gt;." in shown
    assert "Decision" in shown
    assert 'href="https://meet.example/42"' in shown
    assert "Night manager told all customers: We are on it." in shown
    assert "正在处理。" in read(signed_in(world.manager, language="zh-hans"), page)
    empty = manager.post(f"{page}/note", {"text": " ", "mark": "note"}, follow=True).content.decode()
    assert "Nothing was written down" in empty


def test_a_seat_is_offered_and_accepted_on_the_page(world: World, page: str) -> None:
    manager, agent = signed_in(world.manager), signed_in(world.agent)
    sent = {"deed": "offer", "to": str(world.agent), "reason": "My shift ends."}
    manager.post(f"{page}/seats/commander", sent)
    assert "My shift ends." in read(agent, page)
    assert "Night manager commands." in read(agent, page)
    agent.post(f"{page}/seats/commander", {"deed": "accept"})
    assert "Night manager commands." not in read(agent, page)
    assert agent.post(f"{page}/seats/nobody", {"deed": "take"}).status_code == 400


def test_customers_find_no_bridge(world: World, night: Ticket, page: str) -> None:
    member = signed_in(world.large.member)
    for path in ("/bridges", page, f"{page}/report"):
        assert member.get(path).status_code == 403
    assert member.post("/bridges/open", {"incident": str(night.incident)}).status_code == 403
    assert "/bridges" not in read(member, f"/incidents/{night.incident}")
    assert "/bridges" not in read(member, f"/tickets/{night.pk}")


def test_a_report_is_drafted_edited_published_and_read_by_its_customer_alone(
    world: World, night: Ticket, page: str
) -> None:
    manager = signed_in(world.manager)
    assert manager.post(f"{page}/report/draft").status_code == 302
    form = {
        f"{part}-{code}": f"{part} in {code}"
        for part in ("what", "impact", "timeline", "helped")
        for code in ("en", "zh-hans")
    }
    form |= {"action-0-en": "Buy a second fibre.", "action-0-owner": str(world.manager), "action-0-due": "2026-12-24"}
    manager.post(f"{page}/report/keep", {**form, "deed": "keep"})
    assert "Buy a second fibre." in read(manager, f"{page}/report")
    assert Copy.objects.count() == 0
    manager.post(f"{page}/report/keep", {**form, "deed": "publish"})
    copy = Copy.objects.get(ticket=night.pk)
    member = signed_in(world.large.member)
    assert f"/reviews/{copy.pk}" in read(member, f"/tickets/{night.pk}")
    shown = read(member, f"/reviews/{copy.pk}")
    for said in ("what in en", "Buy a second fibre.", "2026-12-24", f"Your ticket {night.number} was opened at"):
        assert said in shown
    assert "what in zh-hans" in read(signed_in(world.large.member, language="zh-hans"), f"/reviews/{copy.pk}")
    pdf = member.get(f"/reviews/{copy.pk}.pdf?lang=en")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    other = signed_in(world.small.member)
    assert other.get(f"/reviews/{copy.pk}").status_code == 404
    assert other.get(f"/reviews/{copy.pk}.pdf").status_code == 404
    assert "stays as it is" in manager.post(f"{page}/report/keep", {**form, "deed": "keep"}).content.decode()
