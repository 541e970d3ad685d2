"""A letter as octets (RFC 5322, RFC 2045 to 2047). Built by the older interface of `email`, which takes a tenth of the time."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.policy import compat32
from email.utils import encode_rfc2231, format_datetime, formataddr, parseaddr

from tallylight.notify.letter import Enclosure, Letter

#: What may stand in an SMTP command as an address; anything else could bring in a command of its own.
ADDRESS = re.compile(r'[^\s<>@,;:"\\\x00-\x1f\x7f-\U0010ffff]+@[^\s<>@,;:"\\\x00-\x1f\x7f-\U0010ffff]+')
#: What may stand in a header as the id of somebody else's message (RFC 5322 section 3.6.4).
MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,200}@[\x21-\x3b\x3d\x3f-\x7e]{1,200}>")
POLICY = compat32.clone(linesep="\r\n", max_line_length=78)
#: RFC 5321 section 4.5.3.1.6: a text line has at most 998 octets.
LONGEST_LINE = 998
#: Text with more than this share of octets beyond ASCII is shorter in base64 than quoted.
MOSTLY_FOREIGN = 1 / 6
LINE_END = re.compile(r"\r\n|\r|\n")


def bare(sender: str) -> str:
    """Our own address without its display name. Raises ValueError if there is none."""
    found = parseaddr(sender)[1]
    if not ADDRESS.fullmatch(found):
        raise ValueError("TALLY_MAIL_FROM holds no mail address")
    return found


def mime(letter: Letter) -> Message:
    """The letter as a message: text with an HTML alternative, and files along with it; RFC 3834 marks it as sent by a program.

    Every line is short 7-bit text, which passes every relay unchanged.
    """
    message = _content(letter)
    for name, value in _headers(letter):
        message[name] = value
    return message


def octets(letter: Letter) -> bytes:
    """The message as SMTP's DATA carries it: leading dots doubled (RFC 5321 section 4.5.2), without the final dot."""
    raw = re.sub(rb"(?m)^\.", b"..", mime(letter).as_bytes(policy=POLICY))
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


def _headers(letter: Letter) -> Iterable[tuple[str, str]]:
    address = bare(letter.sender)
    domain = address.rpartition("@")[2]
    yield "From", formataddr((_one_line(parseaddr(letter.sender)[0]), address))
    yield "To", letter.address
    subject = _one_line(letter.content.subject)
    yield "Subject", subject if subject.isascii() else Header(subject, "utf-8", header_name="Subject").encode()
    yield "Date", format_datetime(letter.written_at)
    yield "Message-ID", f"<{letter.id}@{domain}>"  # the same in every attempt: a receiver can tell a repetition
    if letter.reply_to and ADDRESS.fullmatch(letter.reply_to):
        yield "Reply-To", letter.reply_to
    if letter.thread:
        subject_id = f"<{letter.thread}@{domain}>"
        answers = letter.answers if MESSAGE_ID.fullmatch(letter.answers) else ""
        yield "References", f"{subject_id} {answers}".rstrip()
        yield "In-Reply-To", answers or subject_id
    yield "Auto-Submitted", "auto-generated"
    yield "Content-Language", letter.locale


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _content(letter: Letter) -> Message:
    content = letter.content
    message = _text("plain", content.text)
    if content.html:
        message = _together("alternative", [message, _text("html", content.html)])
    if content.enclosures:
        message = _together("mixed", [message, *(_file(each) for each in content.enclosures)])
    if not message.is_multipart():
        message["MIME-Version"] = "1.0"
    return message


def _together(kind: str, parts: list[Message]) -> Message:
    return MIMEMultipart(kind, _subparts=parts, policy=POLICY)


def _text(kind: str, text: str) -> Message:
    part = Message(policy=POLICY)
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    data = LINE_END.sub("\r\n", text if text.endswith("\n") else text + "\n").encode()
    foreign = sum(octet > 127 for octet in data)
    if not foreign and max(map(len, data.split(b"\r\n"))) <= LONGEST_LINE:
        return _encoded(part, "7bit", data)
    if foreign > len(data) * MOSTLY_FOREIGN:
        return _encoded(part, "base64", base64.encodebytes(data))
    return _encoded(part, "quoted-printable", binascii.b2a_qp(data, istext=True))


def _file(enclosure: Enclosure) -> Message:
    part = Message(policy=POLICY)
    part["Content-Type"] = enclosure.media_type
    # The name in RFC 2231's form holds nothing but letters, digits and per cent signs: it can bring in no header.
    part["Content-Disposition"] = f"attachment; filename*={encode_rfc2231(enclosure.name, 'utf-8')}"
    return _encoded(part, "base64", base64.encodebytes(enclosure.data))


def _encoded(part: Message, encoding: str, data: bytes) -> Message:
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(data.decode("ascii"))
    return part
