from __future__ import annotations

from uuid import UUID

import pytest

from tallylight.accounts.api import PersonCard, Role
from tallylight.support.mentions import mentioned


def person(number: int, name: str, login: str) -> PersonCard:
    return PersonCard(UUID(int=number), name, f"{login}@tallylight.example", Role.ENGINEER, "en", "UTC")


WEI = person(1, "Wei Chen", "wchen")
LI = person(2, "李明", "li.ming")
LIN = person(3, "Lin Chen", "lin")
LIN_TWO = person(4, "Lin Berg", "berg")
STAFF = [WEI, LI, LIN, LIN_TWO]


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@Wei Chen please look", [WEI]),
        ("ask @wei, then @李明：看一下", [WEI, LI]),
        ("@wchen", [WEI]),
        ("@Lin", [LIN]),
        ("@lin chen and @Lin Berg", [LIN, LIN_TWO]),
        ("@Weiland", []),
        ("mail wei@tallylight.example", []),
        ("Wei Chen", []),
        ("@", []),
    ],
)
def test_a_note_calls_those_whom_it_names(text: str, called: list[PersonCard]) -> None:
    assert mentioned(text, STAFF) == called
