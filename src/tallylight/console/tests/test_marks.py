"""Who is here and who writes: heard from PostgreSQL, forgotten by itself, told only to whom it concerns."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from django.db import connection

from tallylight.console.live.audience import PUBLIC, STAFF, Audience, marks_for
from tallylight.console.live.marks import LOOKS_S, TYPES_S, Marks
from tallylight.kernel.ids import new_id
from tallylight.support.api import PRESENCE_CHANNEL, Mark

TICKET, CUSTOMER, MIA, ANA = new_id(), new_id(), new_id(), new_id()
SAID = f'["{TICKET}", "{CUSTOMER}", "{MIA}", "Mia Tan", false, true]'
MARK = Mark(TICKET, CUSTOMER, MIA, "Mia Tan", staff=False, typing=True)


def test_a_mark_fades_and_is_forgotten() -> None:
    marks = Marks()
    marks.hear(SAID, 100.0)
    assert marks.held(100.0 + TYPES_S - 1) == (MARK,)
    assert [each.typing for each in marks.held(100.0 + TYPES_S + 1)] == [False]
    assert marks.held(100.0 + LOOKS_S) == ()


@pytest.mark.parametrize("payload", ["", "no", "[]", "{}", "null", '["a","b","c","d",false,false]', "[1,2,3,4,5,6]"])
def test_what_can_not_be_read_is_left_out(payload: str) -> None:
    marks = Marks()
    marks.hear(payload, 1.0)
    assert marks.held(1.0) == ()


def test_customers_hear_of_their_own_tickets_and_of_staff_only_that_they_write() -> None:
    ana = Mark(TICKET, CUSTOMER, ANA, "Ana Ruiz", staff=True, typing=False)
    writes = Mark(TICKET, CUSTOMER, ANA, "Ana Ruiz", staff=True, typing=True)
    own = Audience(organisation_id=CUSTOMER)
    assert [each["name"] for each in marks_for(STAFF, (MARK, ana))[str(TICKET)]] == ["Mia Tan", "Ana Ruiz"]
    assert [each["name"] for each in marks_for(own, (MARK, ana))[str(TICKET)]] == ["Mia Tan"]
    assert [each["name"] for each in marks_for(own, (writes,))[str(TICKET)]] == ["Ana Ruiz"]
    assert marks_for(Audience(organisation_id=new_id()), (MARK, writes)) == marks_for(PUBLIC, (MARK, writes)) == {}


@pytest.mark.django_db(transaction=True)
async def test_what_one_process_tells_another_hears() -> None:
    marks, settings = Marks(), connection.settings_dict
    where = {"host": settings["HOST"], "port": settings["PORT"], "dbname": settings["NAME"]}
    secret = {"user": settings["USER"], "password": settings["PASSWORD"]}
    marks.now()
    async with await psycopg.AsyncConnection.connect(**where, **secret, autocommit=True) as other:
        async with asyncio.timeout(30):
            while marks.now() != (MARK,):
                await other.execute("select pg_notify(%s, %s)", [PRESENCE_CHANNEL, SAID])
                await asyncio.sleep(0.05)
    assert marks._task is not None
    marks._task.cancel()
    await asyncio.gather(marks._task, return_exceptions=True)
