"""Mails as people's programs send them, read."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.channels.inbound import Contact, Refusal
from tallylight.channels.mail import message
from tallylight.channels.tests.letters import letter

PLAIN = "From: {sender}\r\nTo: desk@desk.example\r\nSubject: {subject}\r\nMessage-ID: <1@x.example>\r\n"


def test_a_mail_is_read_whole() -> None:
    read = message.read(
        letter(
            Cc="Li <li@astra.example>, Mia <MIA@lumen.example>",
            References="<a@x.example> <b@x.example>",
            In_Reply_To="<b@x.example>",
        ),
        sender="mia@lumen.example",
        recipients=["desk@desk.example"],
    )
    assert read.sender == Contact("mia@lumen.example", "Mia Tan")
    assert (read.subject, read.text) == ("Stutter in Singapore", "The picture freezes in Singapore.")
    assert read.references == ("<a@x.example>", "<b@x.example>")
    assert [each.address for each in read.copied] == ["desk@desk.example", "li@astra.example", "mia@lumen.example"]


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("gb2312", "gb18030", "新加坡節點卡頓：𠮷野家"),
        ("GBK", "gb18030", "画面卡顿，请尽快处理"),
        ("iso-2022-jp", "iso-2022-jp", "配信が止まっています"),
        ("shift_jis", "cp932", "①配信が止まっています"),
        ("big5", "big5", "畫面停住了"),
        ("euc-kr", "cp949", "방송이 끊깁니다"),
        ("iso-8859-1", "cp1252", "Das Bild stockt – “sehr” oft für 5 €"),
        ("us-ascii", "utf-8", "lies about its charset: 新加坡"),
        ("x-nobody-knows", "gb18030", "没有人知道的字符集"),
        ("base64", "utf-8", "a codec that is no charset"),
    ],
)
def test_text_is_right_whatever_its_charset_is_called(charset: str, codec: str, text: str) -> None:
    head = PLAIN.format(sender="mia@lumen.example", subject="x") + f"Content-Type: text/plain; charset={charset}\r\n"
    read = message.read((head + "Content-Transfer-Encoding: 8bit\r\n\r\n").encode() + text.encode(codec) + b"\r\n")
    assert read.text == text


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_headers_with_bare_octets_are_read(codec: str) -> None:
    """As RFC 6532 allows for UTF-8, and as old programs do for GBK without asking anybody."""
    head = PLAIN.format(sender="陈伟 <wei@lumen.example>", subject="画面卡顿")
    read = message.read(head.encode(codec) + b"\r\nx\r\n")
    assert (read.subject, read.sender) == ("画面卡顿", Contact("wei@lumen.example", "陈伟"))


def test_encoded_words_are_read_and_can_not_bring_in_an_address() -> None:
    head = PLAIN.format(
        sender='"=?utf-8?q?boss=40bank=2Eexample=2C?=" <mia@lumen.example>', subject="=?gb2312?B?u63D5r+ottk=?="
    )
    read = message.read(head.encode() + b"\r\nx\r\n")
    assert read.subject == "画面卡顿"
    assert read.sender.address == "mia@lumen.example"


def test_html_alone_becomes_text_with_its_quote_marked() -> None:
    html = (
        "<html><head><style>p{}</style><title>t</title></head><body><p>Still broken&nbsp;here.</p><ul><li>one<li>two</ul>"
        "<div>On Mon, 23 Nov 2026, Ana wrote:</div><blockquote>Is it better?</blockquote><script>x()</script></body></html>"
    )
    head = PLAIN.format(sender="mia@lumen.example", subject="x") + "Content-Type: text/html; charset=utf-8\r\n\r\n"
    read = message.read(head.encode() + html.encode())
    assert read.text == "Still broken here.\n\none\ntwo"


@given(st.text(alphabet="<>scriptonload=\"' a/:jvbh", max_size=200))
def test_html_that_is_kept_does_nothing(noise: str) -> None:
    html = (
        f"{noise}<script>alert(1)</script><a href='javascript:x' onclick='y'>z</a><img src='http://t.example/p'>{noise}"
    )
    kept = message.read(letter(html=html)).html.lower()
    assert not any(each in kept for each in ("<script", "<img", 'href="javascript', "<iframe", "<style"))


def test_files_are_kept_by_what_is_in_them_and_dangerous_ones_are_not() -> None:
    files = (
        ("日志.txt", "text/plain", b"line"),
        ("../../etc/passwd", "application/pdf", b"%PDF"),
        ("invoice\u202efdp.exe", "application/pdf", b"MZ"),
        ("page.html", "text/html", b"<script>"),
    )
    read = message.read(letter(files=files))
    assert [each.name for each in read.files] == ["日志.txt", "_.._etc_passwd", "invoice_fdp.exe", "page.html"]
    assert [each.refusal for each in read.files] == [None, None, Refusal.TYPE, None]
    assert read.files[0].sha256 == hashlib.sha256(b"line").hexdigest()
    assert read.files[2].data == b""
    assert read.text == "The picture freezes in Singapore."


def test_a_file_that_is_too_large_is_named_but_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tallylight.channels.mail.files.MOST_OCTETS", 10)
    read = message.read(letter(files=(("big.bin", "application/octet-stream", b"x" * 11),)))
    assert (read.files[0].refusal, read.files[0].octets, read.files[0].data) == (Refusal.TOO_LARGE, 11, b"")


def test_a_forwarded_mail_is_a_file_and_not_the_senders_words() -> None:
    inner = letter("the inner words", message_id="<inner@x.example>").replace(b"\r\n", b"\n").decode()
    head = PLAIN.format(sender="mia@lumen.example", subject="x") + 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    body = f"--b\n\nSee below.\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    read = message.read((head + body).encode())
    assert read.text == "See below."
    assert [(each.name, each.refusal) for each in read.files] == [("message-2.eml".replace("2", "1"), None)]
    assert b"the inner words" in read.files[0].data


def test_a_mail_from_nobody_can_not_be_read() -> None:
    with pytest.raises(message.Unreadable):
        message.read(b"Subject: hello\r\n\r\nwho am I?\r\n")


def test_a_mail_of_endless_parts_can_not_be_read() -> None:
    parts = "--b\r\n\r\nx\r\n" * 1_001
    head = PLAIN.format(sender="mia@lumen.example", subject="x") + 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    with pytest.raises(message.Unreadable):
        message.read((head + parts + "--b--\r\n").encode())


@given(st.binary(max_size=2_000))
def test_any_octets_are_read_or_refused(noise: bytes) -> None:
    for raw in (noise, b"From: a@b.example\r\nContent-Type: " + noise, b"From: a@b.example\r\n" + noise):
        try:
            read = message.read(raw)
        except message.Unreadable:
            continue
        assert "\0" not in read.text + read.subject + read.sender.name
