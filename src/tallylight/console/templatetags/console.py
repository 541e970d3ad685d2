"""Tags and filters that templates use; the work is done in `formatting`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tallylight.console import formatting
from tallylight.console.built import built_name
from tallylight.console.minutes import verdict_badge
from tallylight.console.public import listed
from tallylight.console.roles import role_title, step_title
from tallylight.console.words import join_sentences
from tallylight.kernel import clock
from tallylight.kernel.money import Money

register = template.Library()


def _language() -> str:
    return get_language() or "en"


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built script, style, font or picture."""
    return static(built_name(name))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A shape from icons.svg; it repeats what words beside it say, so it is hidden from readers of text."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static(built_name("icons.svg")), name
    )


@register.simple_tag
def instant(at: datetime | None, form: formatting.Form = "short") -> SafeString | str:
    """An instant in the reader's zone, UTC on hover."""
    if at is None:
        return formatting.UNKNOWN
    text = formatting.instant(at, get_current_timezone(), _language(), now=clock.now(), form=form)
    return format_html('<time datetime="{}" title="{}">{}</time>', formatting.machine(at), formatting.utc(at), text)


@register.simple_tag
def with_instant(sentence: str, at: datetime | None) -> SafeString:
    """A sentence with an instant where it says `{at}`."""
    before, mark, after = sentence.partition("{at}")
    return format_html("{}{}{}", before, instant(at) if mark else "", after)


@register.simple_tag
def countdown(until: datetime) -> SafeString:
    """How long until an instant, or how far past it; the page's script keeps it running."""
    # Translators: {} is a length of time, for example 5 min.
    left, over = _("{} left"), _("{} over")
    seconds = (until - clock.now()).total_seconds()
    text = (left if seconds >= 0 else over).replace("{}", formatting.duration(abs(seconds), _language()))
    return format_html(
        '<time datetime="{0}" title="{1}" data-until="{0}" data-left="{2}" data-over="{3}">{4}</time>',
        formatting.machine(until),
        formatting.utc(until),
        left,
        over,
        text,
    )


@register.simple_tag
def ago(since: datetime) -> SafeString:
    """How long since an instant; the page's script keeps it running."""
    # Translators: {} is a length of time, for example 5 min.
    pattern = _("{} ago")
    seconds = (clock.now() - since).total_seconds()
    return format_html(
        '<time datetime="{0}" title="{1}" data-since="{0}" data-ago="{2}">{3}</time>',
        formatting.machine(since),
        formatting.utc(since),
        pattern,
        pattern.replace("{}", formatting.duration(seconds, _language())),
    )


@register.simple_tag
def bar(share: float | None, tone: str = "", figure: str = "", full: float = 1.0) -> SafeString:
    """A bar of `share` (0..1); the number stands beside it in words, so it is hidden from readers of text."""
    width = 100 * min(1.0, max(0.0, share or 0.0))
    live = format_html(' data-figure="{}" data-full="{}"', figure, full) if figure else ""
    return format_html(
        '<svg class="bar"{} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="4"{}/></svg>',
        format_html(' data-tone="{}"', tone) if tone else "",
        f"{width:.1f}",
        live,
    )


@register.filter
def count(value: float | None) -> str:
    return formatting.integer(value, _language())


@register.filter
def ms(value: float | None) -> str:
    return formatting.milliseconds(value, _language())


@register.filter
def share(value: float | None) -> str:
    return formatting.percent(value, _language())


@register.filter
def attained(value: Decimal | None) -> str:
    return formatting.attainment(value, _language())


@register.filter
def plain_number(value: Decimal | float) -> str:
    return formatting.decimal(value, _language())


@register.filter
def amount(value: Money) -> str:
    return formatting.money(value, _language())


@register.filter
def bits(value: float | None) -> str:
    return formatting.bits(value, _language())


@register.filter
def lasting(value: float) -> str:
    """A length in seconds."""
    return formatting.duration(value, _language())


@register.simple_tag
def joined(*sentences: str) -> str:
    """Sentences one after another, as the language sets them."""
    return join_sentences(sentences)


@register.filter
def per_cent(value: float | None) -> str:
    """A figure that is in per cent already (0..100)."""
    return formatting.percent(None if value is None else value / 100, _language())


@register.simple_tag
def month(start: datetime, zone: str) -> str:
    """The month that starts at an instant, in the zone it is counted in."""
    return formatting.instant(start, ZoneInfo(zone), _language(), now=start, form="month")


@register.simple_tag
def day(at: datetime, zone: str) -> SafeString:
    """The day of an instant in the zone that a contract counts in, UTC on hover."""
    text = formatting.instant(at, ZoneInfo(zone), _language(), now=at, form="date")
    return format_html('<time datetime="{}" title="{}">{}</time>', formatting.machine(at), formatting.utc(at), text)


@register.filter
def ms_unit(value: float | None) -> str:
    """A latency with its unit; without it where nothing is known."""
    return formatting.UNKNOWN if value is None else formatting.milliseconds(value, _language()) + " ms"


@register.filter
def names(values: Iterable[str]) -> str:
    """Names one after another."""
    return listed(list(values))


@register.filter
def role_word(role: str) -> str:
    """A role as a heading."""
    return role_title(role)


@register.filter
def step_word(step: str) -> str:
    """A ladder's step by name."""
    return step_title(step)


@register.filter
def verdict_word(verdict: str) -> str:
    """A verdict of a minute; empty for all of them."""
    return verdict_badge(verdict).text if verdict else _("All")
