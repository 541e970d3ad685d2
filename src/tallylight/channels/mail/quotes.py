"""What somebody wrote anew: without the messages quoted below it and without the signature. Pure.

The languages' ways to begin a quote are those of `mail-parser-reply`, with a few that it does not know. It cuts where a line
only begins like a farewell ("Thanks, but it still stutters"), so a signature is taken for one only if it is short.
"""

from __future__ import annotations

import re

from mailparser_reply.parser import EmailMessage, EmailReply

LANGUAGES = ["en", "zh", "de", "fr", "es", "ja", "ko", "it", "nl"]
#: The library's patterns go over a line more than once: what is longer than people write is not looked at for quotes.
LOOKED_AT, LONGEST_LINE = 20_000, 1_000
#: A farewell is a line of its own, and few lines follow it.
FAREWELL, SIGNATURE_LINES = 40, 10
#: How quotes begin beyond what the library knows: a rule with its title, or who wrote when.
BEGINS = re.compile(
    r"^[ \t]*(?:"
    r"[-—_=]{2,}[ \t]*(?:原始邮件|原始信件|转发邮件|转发的邮件|回复的原邮件|元のメッセージ|Original Message|Forwarded message"
    r"|Ursprüngliche Nachricht|Originalnachricht|Message d['’]origine|Mensaje original|Messaggio originale)[ \t]*[-—_=]{2,}"
    r"|在?[ \t]*\d{4}[-年/][^\n]{1,200}写道[：:]"
    r"|[^\n]{1,200}[ \t]于[ \t]*\d{4}[-年/][^\n]{1,100}写道[：:]"
    r"|\d{4}年\d{1,2}月\d{1,2}日[^\n]{1,200}(?:のメッセージ|は書きました)[：:]"
    r"|(?:发件人|寄件者)[：:][^\n]*\n[ \t]*(?:发送时间|日期|收件人|主题|寄件日期|收件者)[：:][^\n]*"
    r"|Am[ \t][^\n]{1,200}(?:\n[^\n]{1,200})?schrieb[^\n]{0,200}:"
    r"|El[ \t][^\n]{1,200}(?:\n[^\n]{1,200})?escribió:"
    r"|Le[ \t][^\n]{1,200}(?:\n[^\n]{1,200})?a[ \t\xa0]écrit[ \t\xa0]?:"
    r")[ \t]*$",
    re.MULTILINE,
)
#: The library's patterns look for a signature at every empty line, over all empty lines that follow.
GAPS = re.compile(r"\n{3,}")
QUOTED = re.compile(r"^[ \t]*>")
DASHES = re.compile(r"^-- ?$", re.MULTILINE)


def newly_written(text: str) -> str:
    """The new part of a message's text. If there seems to be none, everything: too much is better than nothing."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    plain = GAPS.sub("\n\n", "\n".join(line.rstrip() for line in lines))
    if len(plain) > LOOKED_AT or any(len(line) > LONGEST_LINE for line in plain.split("\n")):
        return plain.strip()
    first = _fragments(plain)
    return next((new for new in map(_without_quotes, first) if new), "") or plain.strip()


def _fragments(text: str) -> list[str]:
    """The newest fragment without its signature, then those below it: whoever answers below a quote has an empty newest."""
    found = BEGINS.search(text)
    above = text[: found.start()] if found else text
    message = EmailMessage(text=above, languages=list(LANGUAGES), keep_hyphen_lists=True).read()
    fragments = [_without_signature(each) for each in message.replies]
    return [*fragments, text[found.end() :] if found else ""]


def _without_signature(reply: EmailReply) -> str:
    content: str = reply.content.replace(reply.headers or "", "", 1) if reply.headers else reply.content
    for mark in (reply.signatures or "", _after_dashes(content)):
        if mark and _is_signature(mark) and content.rstrip().endswith(mark.rstrip()):
            content = content.rstrip()[: -len(mark.rstrip())]
    return content.strip()


def _after_dashes(content: str) -> str:
    """From the line `-- ` on (RFC 3676 section 4.3)."""
    marks = list(DASHES.finditer(content))
    return content[marks[-1].start() :] if marks else ""


def _is_signature(mark: str) -> bool:
    lines = [line for line in mark.strip().split("\n") if line.strip()]
    return len(lines) <= SIGNATURE_LINES and len(lines[0].strip()) <= FAREWELL


def _without_quotes(fragment: str) -> str:
    """Without the quote at its end or at its beginning; what stands between answers stays."""
    lines = fragment.split("\n")
    while lines and (not lines[-1].strip() or QUOTED.match(lines[-1])):
        lines.pop()
    while lines and (not lines[0].strip() or QUOTED.match(lines[0])):
        lines.pop(0)
    return "\n".join(lines).strip()
