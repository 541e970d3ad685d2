"""What the subject of a mail is about. Pure."""

from __future__ import annotations

import re

#: What programs put before the subject of an answer or of something passed on.
PREFIXES = re.compile(
    r"^(?:\s*(?:re|aw|antw|sv|rv|res|fw|fwd|wg|tr|回复|答复|回覆|转发|轉寄|返信)\s*(?:\[\d+\])?\s*[:：])+",
    re.IGNORECASE,
)


def bare_subject(subject: str) -> str:
    """The subject without what programs put before it, in small letters."""
    return " ".join(PREFIXES.sub("", subject).split()).casefold()
