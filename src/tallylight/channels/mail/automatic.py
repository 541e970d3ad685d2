"""Whether a program wrote it (RFC 3834, and what programs do that do not follow it). Pure."""

from __future__ import annotations

from email.message import Message

from tallylight.channels.inbound import Automatic
from tallylight.channels.mail.charsets import header

#: Local parts from which nobody writes (RFC 3834 section 2, RFC 2142).
NOBODY = ("mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "bounce", "bounces")
#: How programs begin the subject of an answer where they say nothing else.
ANSWERS = (
    "auto:", "automatic reply:", "auto-reply:", "autoreply:", "out of office:", "automatische antwort:", "abwesenheitsnotiz:",
    "réponse automatique :", "réponse automatique:", "respuesta automática:", "自动回复:", "自动回复：", "自动答复:", "自動回覆:",
    "自動返信:",
)  # fmt: skip
MANY = frozenset({"bulk", "junk", "list"})


def kind_of(message: Message, *, null_sender: bool) -> Automatic:
    """What `message` says of its author. `null_sender`: its envelope came from `<>`, as reports and automatic answers do."""
    if _is_report(message):
        return Automatic.REPORT
    if null_sender or _is_answer(message):
        return Automatic.REPLY
    if _is_generated(message):
        return Automatic.GENERATED
    return Automatic.NO


def _is_report(message: Message) -> bool:
    kind = str(message.get_param("report-type", "") or "").lower()
    return message.get_content_type() == "multipart/report" and kind in ("delivery-status", "disposition-notification")


def _is_answer(message: Message) -> bool:
    said = header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    subject = header(message, "Subject").lower()
    return (
        said == "auto-replied"
        or bool(header(message, "X-Autoreply") or header(message, "X-Autorespond"))
        or header(message, "Precedence").lower() == "auto_reply"
        or subject.startswith(ANSWERS)
    )


def _is_generated(message: Message) -> bool:
    said = header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    local = header(message, "From").rpartition("<")[2].partition("@")[0].strip().lower()
    return (
        said not in ("", "no")
        or header(message, "Precedence").lower() in MANY
        or bool(header(message, "X-Auto-Response-Suppress"))
        or bool(header(message, "List-Id"))
        or local in NOBODY
    )
