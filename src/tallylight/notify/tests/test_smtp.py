"""The SMTP client against a real server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tallylight.kernel.ids import new_id
from tallylight.notify.letter import Letter, Outcome, Receipt, Text
from tallylight.notify.smtp import Relay, hand_over, relay_at
from tallylight.notify.tests.sink import Sink, free_port

LETTER = Letter(
    id=new_id(),
    sender="Tallylight <desk@tallylight.example>",
    address="mia@lumen.example",
    locale="en",
    content=Text("Latency of 254 ms", ".a line that begins with a dot\n\n新加坡\n", "<p>新加坡</p>"),
    thread=new_id(),
    written_at=datetime(2026, 11, 23, 1, 30, tzinfo=UTC),
)


def _send(sink: Sink, letter: Letter = LETTER) -> Receipt:
    return hand_over(relay_at(sink.url), letter, commit=lambda: None)


def test_the_proof_is_what_the_server_said(sink: Sink) -> None:
    receipt = _send(sink)
    assert receipt == Receipt(
        Outcome.ACCEPTED, relay_at(sink.url).name, 250, "2.0.0 Ok: queued as 4F2A1C", queue_id="4F2A1C"
    )


def test_what_arrives_is_what_was_written(sink: Sink) -> None:
    _send(sink)
    (message,) = sink.messages
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == LETTER.content.text
    assert html.get_content().strip() == LETTER.content.html
    assert message["To"] == "mia@lumen.example"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_repetition_carries_the_same_message_id(sink: Sink) -> None:
    _send(sink)
    _send(sink)
    first, second = sink.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_a_subject_can_not_bring_in_a_header(sink: Sink) -> None:
    _send(sink, replace(LETTER, content=Text("Harmless\r\nBcc: everybody@lumen.example", "text")))
    (message,) = sink.messages
    assert message["Bcc"] is None
    assert message["Subject"] == "Harmless Bcc: everybody@lumen.example"


@pytest.mark.parametrize("address", ["a b@lumen.example", "mia@lumen.example>\r\nRCPT TO:<x@y.example", ""])
def test_an_address_can_not_bring_in_a_command(sink: Sink, address: str) -> None:
    assert _send(sink, replace(LETTER, address=address)).outcome is Outcome.PERMANENT
    assert not sink.accepted


def test_the_point_of_no_return_comes_before_the_server_has_the_message(sink: Sink) -> None:
    offered: list[int] = []
    hand_over(relay_at(sink.url), LETTER, commit=lambda: offered.append(sink.offered))
    assert offered == [0]
    assert sink.offered == 1


def test_a_message_that_may_not_be_committed_is_not_sent(sink: Sink) -> None:
    def refuse() -> None:
        raise RuntimeError("overtaken")

    with pytest.raises(RuntimeError):
        hand_over(relay_at(sink.url), LETTER, commit=refuse)
    assert sink.offered == 0


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("451 4.7.1 come back later", Outcome.TEMPORARY),
        ("552 5.2.2 the mailbox is full for good", Outcome.PERMANENT),
    ],
)
def test_a_refusal_at_the_end_is_temporary_or_permanent_by_its_code(sink: Sink, answer: str, outcome: Outcome) -> None:
    sink.at_end.append(answer)
    receipt = _send(sink)
    assert receipt.outcome is outcome
    assert f"{receipt.code} {receipt.reply}" == answer


def test_an_unknown_mailbox_is_permanent(sink: Sink) -> None:
    sink.at_rcpt.append("550 5.1.1 no such mailbox")
    assert _send(sink).outcome is Outcome.PERMANENT


def test_a_server_that_hangs_up_instead_of_answering_leaves_it_unknown(sink: Sink) -> None:
    sink.at_end.append("hang up")
    assert _send(sink).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("end", ["hang up", "421 4.4.2 timeout exceeded"])
def test_a_session_that_ended_while_idle_costs_no_attempt(sink: Sink, end: str) -> None:
    _send(sink)
    sink.at_mail.append(end)
    assert _send(sink).outcome is Outcome.ACCEPTED
    assert sink.connections == len(sink.accepted) == 2


def test_a_server_that_says_goodbye_to_a_new_session_is_not_asked_again(sink: Sink) -> None:
    sink.at_mail.append("421 4.3.2 shutting down")
    assert _send(sink).outcome is Outcome.TEMPORARY
    assert sink.connections == 1


def test_nobody_listening_is_temporary() -> None:
    receipt = hand_over(relay_at(f"smtp://127.0.0.1:{free_port()}"), LETTER, commit=lambda: None)
    assert receipt.outcome is Outcome.TEMPORARY


def test_a_relay_that_refuses_our_sign_in_says_nothing_about_the_message(sink: Sink) -> None:
    relay = replace(relay_at(sink.url), username="tallylight", password="wrong")
    assert hand_over(relay, LETTER, commit=lambda: None).outcome is Outcome.TEMPORARY
    assert sink.offered == 0


def test_a_relay_without_tls_is_not_used_where_tls_is_asked_for(sink: Sink) -> None:
    relay = replace(relay_at(sink.url), security="starttls")
    assert hand_over(relay, LETTER, commit=lambda: None).outcome is Outcome.TEMPORARY
    assert sink.offered == 0


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://mail.example", Relay("mail.example", 25, "none")),
        ("smtps://mail.example", Relay("mail.example", 465, "tls")),
        ("smtp+starttls://u%40x:p%2Fw@mail.example:2525", Relay("mail.example", 2525, "starttls", "u@x", "p/w")),
    ],
)
def test_a_relay_is_one_url(url: str, relay: Relay) -> None:
    assert relay_at(url) == relay


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example"])
def test_what_is_no_relay_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="TALLY_SMTP_URL"):
        relay_at(url)
