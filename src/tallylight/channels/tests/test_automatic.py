"""What programs send is told from what people write."""

from __future__ import annotations

import pytest

from tallylight.channels.inbound import Automatic
from tallylight.channels.mail import message
from tallylight.channels.tests.letters import letter, report


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, Automatic.NO),
        ({"Auto_Submitted": "no"}, Automatic.NO),
        ({"Auto_Submitted": "auto-replied (vacation)"}, Automatic.GENERATED),
        ({"Auto_Submitted": "auto-replied"}, Automatic.REPLY),
        ({"Auto_Submitted": "auto-replied; owner-email=a@b.example"}, Automatic.REPLY),
        ({"Auto_Submitted": "auto-generated"}, Automatic.GENERATED),
        ({"X_Autoreply": "yes"}, Automatic.REPLY),
        ({"Precedence": "auto_reply"}, Automatic.REPLY),
        ({"Precedence": "bulk"}, Automatic.GENERATED),
        ({"List_Id": "<ops.lumen.example>"}, Automatic.GENERATED),
        ({"X_Auto_Response_Suppress": "All"}, Automatic.GENERATED),
        ({"subject": "自动回复：画面卡顿"}, Automatic.REPLY),
        ({"subject": "Automatische Antwort: Stottern"}, Automatic.REPLY),
        ({"sender": "MAILER-DAEMON@lumen.example"}, Automatic.GENERATED),
        ({"sender": "No Reply <no-reply@lumen.example>"}, Automatic.GENERATED),
    ],
)
def test_a_programs_mail_says_so_in_one_of_many_ways(headers: dict[str, str], kind: Automatic) -> None:
    assert message.read(letter(**headers), sender="mia@lumen.example").automatic is kind  # type: ignore[arg-type]


def test_what_comes_from_nobody_is_automatic() -> None:
    assert message.read(letter(), sender="").automatic is Automatic.REPLY
    assert message.read(b"Return-Path: <>\r\n" + letter()).automatic is Automatic.REPLY


def test_a_report_says_what_came_back_and_why() -> None:
    read = message.read(report("<0193-x@desk.example>"), sender="")
    assert read.automatic is Automatic.REPORT
    assert read.bounce is not None
    assert (read.bounce.message_id, read.bounce.action, read.bounce.status) == (
        "<0193-x@desk.example>",
        "failed",
        "5.1.1",
    )
    assert (read.bounce.recipient, read.bounce.diagnostic) == ("mia@lumen.example", "550 no such mailbox")


def test_a_report_without_its_machine_readable_part_says_nothing() -> None:
    raw = report("<x@desk.example>").replace(b"Content-Type: message/delivery-status", b"Content-Type: text/plain")
    read = message.read(raw, sender="")
    assert (read.automatic, read.bounce) == (Automatic.REPORT, None)
