"""Mails for tests, as octets."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

DESK = "desk@desk.example"


def letter(
    text: str = "The picture freezes in Singapore.",
    *,
    sender: str = "Mia Tan <mia@lumen.example>",
    to: str = DESK,
    subject: str = "Stutter in Singapore",
    message_id: str = "<1@lumen.example>",
    files: tuple[tuple[str, str, bytes], ...] = (),
    html: str = "",
    **further: str,
) -> bytes:
    """A mail. `further` are headers, with `_` for `-`; `files` are (name, media type, data)."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, message_id
    for name, value in further.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, media_type, data in files:
        maintype, _, subtype = media_type.partition("/")
        mail.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return mail.as_bytes(policy=SMTP)


def report(
    message_id: str, *, action: str = "failed", status: str = "5.1.1", said: str = "550 no such mailbox"
) -> bytes:
    """What a mail server sends when it can't deliver (RFC 3464), as Postfix writes it."""
    return (
        "From: MAILER-DAEMON@mx.lumen.example\r\n"
        "To: tallylight@desk.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "Message-ID: <bounce-1@mx.lumen.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        "\r\n"
        "--b\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry to have to inform you.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.lumen.example\r\nArrival-Date: Mon, 23 Nov 2026 01:30:00 +0000\r\n"
        "\r\n"
        f"Final-Recipient: rfc822; mia@lumen.example\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"From: tallylight@desk.example\r\nMessage-ID: {message_id}\r\nSubject: hello\r\n"
        "--b--\r\n"
    ).encode()
