"""From a template and facts to what a message says, in its reader's language and time zone.

A template is a text file like a letter: the subject on the first line, an empty line, then the paragraphs. The HTML part is
made from the same paragraphs, so the two never differ.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation

from tallylight.notify.letter import Recipient, Text


def compose(template: str, to: Recipient, **facts: Any) -> Text:
    """Render `template` for one reader. Raises TemplateDoesNotExist."""
    with translation.override(to.locale), timezone.override(ZoneInfo(to.timezone)):
        raw = get_template(template).template.render(  # type: ignore[attr-defined]
            Context({**facts, "to": to}, autoescape=False)
        )
        subject, _, body = raw.strip().partition("\n")
        paragraphs = _paragraphs(body)
        page = {"paragraphs": paragraphs, "subject": subject.strip(), "language": translation.get_language()}
        html = render_to_string("notify/letter.html", page)
    return Text(subject=subject.strip(), text="\n\n".join(paragraphs) + "\n", html=html)


def _paragraphs(body: str) -> list[str]:
    blocks = (block.strip() for block in body.replace("\r\n", "\n").split("\n\n"))
    return ["\n".join(line.strip() for line in block.splitlines()) for block in blocks if block]
