"""Being on call, on pages: read by staff, changed by managers, swapped by those concerned, never seen by customers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.promises.world import World, bad_night, make_world

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role
from tallylight.accounts.models import Person
from tallylight.console.tests.test_contract_pages import signed_in, text
from tallylight.escalation import services as escalation
from tallylight.escalation.models import Escalation
from tallylight.kernel import clock
from tallylight.oncall import api as oncall

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = ZoneInfo("Asia/Singapore")
PAGE = "/oncall/schedules/front"


@pytest.fixture
def world() -> World:
    made = make_world()
    Person.objects.update(timezone=ZONE.key)
    return made


@pytest.fixture
def manager(world: World) -> Client:
    return signed_in(world.manager)


@pytest.fixture
def front(manager: Client, world: World) -> str:
    """Agent and engineer, a day each, since yesterday."""
    made = manager.post(
        "/oncall/new", {"name": "Front line", "slug": "front", "zone": ZONE.key, "warn_days": "14"}, follow=True
    )
    assert "Add a layer" in text(made)
    added = manager.post(f"{PAGE}/layers/new", layer(), follow=True)
    assert "The layer is added on top." in text(added)
    return PAGE


def layer(**changes: str) -> dict[str, str]:
    yesterday = clock.now().astimezone(ZONE).date() - DAY
    told = {
        "name": "Days", "people": "agent@night.example\nengineer@night.example\n", "every": "1", "unit": "days",
        "at": "09:00", "weekday": "", "starts": f"{yesterday}", "ends": "", "zone": "", "country": "",
        "subdivision": "", "on_holidays": "serves",
    }  # fmt: skip
    return {**told, **changes}


def engineer() -> UUID:
    return accounts.staff_with_role(Role.ENGINEER)[0].id


def typed(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%dT%H:%M}"


def shift_of(person: UUID) -> oncall.Shift:
    """Their next whole shift."""
    now = clock.now()
    found = oncall.shifts_of(person, now, now + 7 * DAY)
    return next(each for each in found if each.start > now)


def test_who_has_it_is_the_first_thing_said(front: str, world: World) -> None:
    (standing,) = oncall.standing(clock.now())
    assert standing.now.who is not None
    for path in ("/oncall", front):
        page = text(signed_in(world.agent).get(path))
        assert f"{standing.now.who.person.name} has Front line until" in page
    assert "Layer Days" in text(signed_in(world.agent).get(front))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("who", ["agent", "manager"])
def test_every_page_is_whole_without_inline_style(front: str, world: World, who: str, language: str) -> None:
    client = signed_in(getattr(world, who))
    client.cookies["django_language"] = language
    paths = ["/oncall", front, f"{front}?week=2026-03-25", f"{front}?week=garbage", f"{front}/layers"]
    if who == "manager":
        paths += ["/oncall/new", f"{front}/layers/new", f"/oncall/layers/{oncall.layers('front')[0].id}"]
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert page.count("<h1") == 1, path
        assert not re.search(r"\sstyle=|<script>", page), path


def test_a_schedule_without_layers_says_that_nobody_is_on_call(manager: Client) -> None:
    manager.post("/oncall/new", {"name": "Empty", "slug": "empty", "zone": "UTC", "warn_days": "14"})
    assert "Nobody is on call: Empty." in text(manager.get("/oncall"))
    page = text(manager.get("/oncall/schedules/empty"))
    assert "Nobody is on call in Empty." in page
    assert "When nobody will be on call" in page


def test_what_can_not_be_is_said_beside_its_field_and_nothing_is_lost(front: str, manager: Client) -> None:
    wrong = manager.post(f"{front}/layers/new", layer(name="Kept", monday="9 to 5", zone="Asia/Singapore"))
    assert wrong.status_code == 400
    assert "The hours of Monday can't be read." in text(wrong)
    assert "Kept" in wrong.content.decode()
    stranger = manager.post(f"{front}/layers/new", layer(people="nobody@night.example"))
    assert "Nobody of yours has the address nobody@night.example." in text(stranger)
    nowhere = manager.post(f"{front}/layers/new", layer(country="xx", on_holidays="rests"))
    assert "We know no public holidays of XX." in text(nowhere)
    assert len(oncall.layers("front")) == 1


def test_a_layer_is_changed_moved_and_removed(front: str, manager: Client) -> None:
    manager.post(f"{front}/layers/new", layer(name="Office", people="engineer@night.example", monday="09:00-17:00"))
    first, second = oncall.layers("front")
    manager.post(f"/oncall/layers/{first.id}/move", {"up": "1"})
    assert [each.name for each in oncall.layers("front")] == ["Office", "Days"]
    manager.post(f"/oncall/layers/{second.id}", layer(name="Nights", monday="18:00-24:00"))
    assert oncall.layer_of(second.id).hours == {"monday": ["18:00-24:00"]}
    assert "Monday 18:00–24:00" in text(manager.get(f"{front}/layers"))
    manager.post(f"/oncall/layers/{second.id}/remove")
    assert [each.name for each in oncall.layers("front")] == ["Days"]
    manager.post(f"{front}/change", {"name": "Front", "zone": "UTC", "warn_days": "7"})
    assert oncall.schedule("front").zone == "UTC"
    manager.post(f"{front}/remove")
    assert len(oncall.schedules()) == 0


def test_somebody_stands_in_for_a_reason_that_everybody_reads(front: str, manager: Client, world: World) -> None:
    now = clock.now()
    sent = {
        "person": str(world.manager), "instead_of": "", "starts_at": typed(now + DAY), "ends_at": typed(now + 2 * DAY),
        "reason": "Training day",
    }  # fmt: skip
    assert "It stands in the schedule." in text(manager.post(f"{front}/cover", sent, follow=True))
    week = f"{front}?week={(now + DAY).astimezone(ZONE):%Y-%m-%d}"
    assert "Override: Training day" in text(signed_in(world.agent).get(week))
    (row,) = oncall.overrides_of("front", since=now)
    assert signed_in(world.agent).post(f"{front}/overrides/{row.id}/withdraw").status_code == 403
    assert "Taken back" in text(manager.post(f"{front}/overrides/{row.id}/withdraw", follow=True))
    late = {**sent, "starts_at": typed(now - 2 * DAY), "ends_at": typed(now - DAY)}
    assert "That time is over" in text(manager.post(f"{front}/cover", late))


def test_who_is_no_manager_puts_only_themselves_on_call(front: str, world: World) -> None:
    now = clock.now()
    sent = {"person": str(world.manager), "starts_at": typed(now + DAY), "ends_at": typed(now + 2 * DAY)}
    assert signed_in(world.agent).post(f"{front}/cover", sent).status_code == 400
    mine = {**sent, "person": str(world.agent)}
    assert signed_in(world.agent).post(f"{front}/cover", mine).status_code == 302
    for path in ("/oncall/new", f"{front}/layers/new"):
        assert signed_in(world.agent).get(path).status_code == 403
    assert signed_in(world.agent).post(f"{front}/remove").status_code == 403


def test_a_swap_is_asked_on_the_page_and_accepted_by_the_other(front: str, world: World) -> None:
    mine = shift_of(world.agent)
    sent = {"other": str(engineer()), "gives_start": typed(mine.start), "gives_end": typed(mine.end), "note": "Dentist"}
    agent, other = signed_in(world.agent), signed_in(engineer())
    half = agent.post(f"{front}/swap", {**sent, "takes_start": typed(mine.start)})
    assert "Name both ends" in text(half)
    assert "Asked." in text(agent.post(f"{front}/swap", sent, follow=True))
    assert "Night agent asks you" in text(other.get("/oncall"))
    (card,) = oncall.swaps_of(_viewer(world.agent))
    assert agent.post(f"/oncall/swaps/{card.id}/accept").status_code == 404
    assert "Swapped." in text(other.post(f"/oncall/swaps/{card.id}/accept", follow=True))
    (holder,) = oncall.on_call("front", mine.start)
    assert holder.person.id == engineer()
    assert "answered or taken back already" in text(agent.post(f"/oncall/swaps/{card.id}/withdraw", follow=True))


def _viewer(person: UUID) -> accounts.Viewer:
    from tallylight.accounts.sign_in import _viewer as viewer_by_id

    return viewer_by_id(person)


def test_overrides_come_in_and_shifts_go_out_as_calendars(front: str, manager: Client, client: Client) -> None:
    start = (clock.now() + DAY).strftime("%Y%m%dT%H0000Z")
    end = (clock.now() + 2 * DAY).strftime("%Y%m%dT%H0000Z")
    events = [("1", "engineer@night.example"), ("2", "a stranger")]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//T//EN"]
    for uid, name in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTAMP:{start}",
            f"DTSTART:{start}",
            f"DTEND:{end}",
            f"SUMMARY:{name}",
        ]
        lines += ["END:VEVENT"]
    file = SimpleUploadedFile("cover.ics", "\r\n".join([*lines, "END:VCALENDAR", ""]).encode())
    page = text(manager.post(f"{front}/import", {"file": file}, follow=True))
    assert "1 override was made." in page
    assert "“a stranger” of" in page
    broken = manager.post(f"{front}/import", {"file": SimpleUploadedFile("x.ics", b"hello")})
    assert "not a calendar that we can read" in text(broken)
    manager.post("/oncall/feeds", {"schedule": "front"})
    address = re.search(r"/api/v1/on-call/feeds/[^<]+calendar\.ics", manager.get("/oncall").content.decode())
    assert address is not None
    assert b"Front line" in client.get(address.group()).content


def test_a_tickets_page_says_who_will_be_called_and_the_customers_who_was(front: str, world: World) -> None:
    """The ladder's next step names the schedule; then it is taken, and both sides read to whom it went."""
    night = bad_night(world)
    row = Escalation.objects.get(subject=night.pk)
    row.ladder[1] |= {"schedule": "front", "role": ""}
    row.save()
    due = datetime.fromisoformat(row.ladder[1]["due_at"])
    (holder,) = oncall.on_call("front", due)
    page = f"/tickets/{night.pk}"
    assert f"goes to {holder.person.name} (on call: Front line) at" in text(signed_in(world.agent).get(page))
    now = clock.now()
    oncall.cover(_viewer(world.manager), "front", engineer(), now, due + HOUR, now=now)
    escalation.advance(row.pk, now=due)
    for reader in (world.agent, world.large.member):
        assert "It was brought to Night engineer." in text(signed_in(reader).get(page))
    assert "It was brought to" not in text(signed_in(world.small.member).get("/tickets"))


def test_customers_see_nothing_of_it(front: str, world: World) -> None:
    member = signed_in(world.large.member)
    for path in ("/oncall", front, f"{front}/layers", "/oncall/new"):
        assert member.get(path).status_code == 403, path
