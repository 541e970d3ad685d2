"""/oncall/schedules/…: one schedule: who has it, the week drawn and told, gaps, overrides, swaps."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer
from tallylight.console.doors import staff_only
from tallylight.console.oncall.chart import DAYS, week, week_bounds
from tallylight.console.oncall.forms import CoverForm, ImportForm, SwapForm, refuse, staff_choices
from tallylight.console.oncall.words import layer_text, left_out_text, schedule_lead, why
from tallylight.console.pages.oncall import may_change
from tallylight.console.proposals import error_sentence
from tallylight.console.reading import instant_text
from tallylight.kernel import clock
from tallylight.kernel.errors import TallyError
from tallylight.oncall import api as oncall
from tallylight.oncall.api import Imported, LayerCard, Shift

PER_PAGE = 25
#: Calendars are small; what is larger is not one.
MOST_OCTETS = 500_000
#: Years in which a week may be asked for.
FIRST, LAST = date(2001, 1, 1), date(2198, 12, 31)


@staff_only
def schedule(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """The week that holds `?week=` (a day), else this one. Raises ScheduleUnknown."""
    return _page(request, viewer, slug)


@require_POST
@staff_only
def cover(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Put somebody on call. Raises ScheduleUnknown, NotYourCover."""
    form = _cover_form(viewer, request)
    if form.is_valid():
        facts = form.cleaned_data
        names = ("instead_of", "reason")
        try:
            oncall.cover(
                viewer, slug, facts["person"], facts["starts_at"], facts["ends_at"], now=clock.now(),
                **{name: facts[name] for name in names},
            )  # fmt: skip
        except TallyError as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("It stands in the schedule."))
            return redirect("oncall-schedule", slug)
    return _page(request, viewer, slug, cover=form)


@require_POST
@staff_only
def swap(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Ask somebody to swap. Raises ScheduleUnknown."""
    form = _swap_form(viewer, request)
    if form.is_valid():
        try:
            gives, takes = form.spans()
            oncall.ask_swap(
                viewer, slug, form.cleaned_data["other"], gives, takes, now=clock.now(), note=form.cleaned_data["note"]
            )
        except TallyError as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("Asked. Nothing changes before they accept; you hear of it by mail."))
            return redirect("oncall-schedule", slug)
    return _page(request, viewer, slug, swap=form)


@require_POST
@staff_only
def take_in(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Make the events of a calendar's file overrides. Raises ScheduleUnknown."""
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        octets = form.cleaned_data["file"].read(MOST_OCTETS + 1)
        text = octets.decode("utf-8", errors="replace") if len(octets) <= MOST_OCTETS else ""
        try:
            done = oncall.import_calendar(viewer, slug, text.replace("\0", ""), now=clock.now())
        except TallyError as fault:
            refuse(form, fault)
        else:
            _say(request, done)
            return redirect("oncall-schedule", slug)
    return _page(request, viewer, slug, taking_in=form)


@require_POST
@staff_only
def withdraw(request: HttpRequest, viewer: Viewer, slug: str, override_id: UUID) -> HttpResponse:
    """Take an override back from now on. Raises NotFound, NotYourCover."""
    try:
        oncall.withdraw_override(viewer, override_id, now=clock.now())
    except TallyError as fault:
        if fault.status != 400:
            raise
        messages.error(request, error_sentence(fault))
    else:
        messages.success(request, _("Taken back, from now on."))
    return redirect("oncall-schedule", slug)


def _say(request: HttpRequest, done: Imported) -> None:
    text = ngettext("%(count)s override was made.", "%(count)s overrides were made.", done.made)
    messages.success(request, text % {"count": done.made})
    now = clock.now()
    for each in done.left_out:
        facts = {"event": each.summary, "at": instant_text(each.start, now=now), "why": left_out_text(each.reason)}
        messages.warning(request, _("“%(event)s” of %(at)s is left out: %(why)s.") % facts)


def _cover_form(viewer: Viewer, request: HttpRequest | None = None) -> CoverForm:
    everybody = accounts.staff()
    who = everybody if may_change(viewer) else [each for each in everybody if each.id == viewer.person_id]
    return CoverForm(staff_choices(who), staff_choices(everybody), request.POST if request else None)


def _swap_form(viewer: Viewer, request: HttpRequest | None = None) -> SwapForm:
    others = [each for each in accounts.staff() if each.id != viewer.person_id]
    return SwapForm(staff_choices(others), request.POST if request else None)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    slug: str,
    *,
    cover: CoverForm | None = None,
    swap: SwapForm | None = None,
    taking_in: ImportForm | None = None,
) -> HttpResponse:
    now = clock.now()
    standing = oncall.standing(now, slug)[0]
    drawn = _week(slug, _day(request, now), now)
    page = Paginator(oncall.overrides_of(slug, since=now), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "standing": standing,
        "schedule": standing.schedule,
        "lead": schedule_lead(standing, now=now),
        **drawn,
        "page": page,
        "may_change": may_change(viewer),
        "cover": cover or _cover_form(viewer),
        "swap": swap or _swap_form(viewer),
        "taking_in": taking_in or ImportForm(),
        "query": "",
    }
    failed: list[forms.Form | None] = [cover, swap, taking_in]
    return render(request, "console/oncall_schedule.html", context, status=400 if any(failed) else 200)


def _week(slug: str, day: date, now: datetime) -> dict[str, object]:
    """The week of a day: drawn, and told shift by shift."""
    zone = get_current_timezone()
    first, start, end = week_bounds(day, str(zone))
    cards, alone = oncall.layers(slug), oncall.layer_shifts(slug, start, end)
    shifts = oncall.shifts(slug, start, end)
    layers = [(each.name, alone.get(each.id, ())) for each in cards]
    return {
        "week": week(day, zone, layers, shifts, _names(cards, shifts), now=now),
        "shifts": [(each, why(each.who) if each.who else "") for each in shifts],
        "layers": [layer_text(each) for each in cards],
        "before": first - timedelta(days=DAYS),
        "after": first + timedelta(days=DAYS),
    }


def _names(layers: list[LayerCard], shifts: list[Shift]) -> dict[UUID, str]:
    people = [each for layer in layers for each in layer.people if each]
    people += [each.who.person for each in shifts if each.who]
    return {each.id: each.name for each in people}


def _day(request: HttpRequest, now: datetime) -> date:
    today = now.astimezone(get_current_timezone()).date()
    try:
        asked = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return today
    return min(max(asked, FIRST), LAST)
