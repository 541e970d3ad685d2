"""/oncall: who is on call now, who follows, the gaps ahead; one's own shifts, swaps and calendar feeds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallylight.accounts.api import Role, Viewer, require
from tallylight.console.doors import staff_only
from tallylight.console.oncall.forms import NewScheduleForm, refuse
from tallylight.console.oncall.words import overview_lead, swap_badge, why
from tallylight.console.proposals import error_sentence
from tallylight.kernel import clock
from tallylight.kernel.errors import TallyError
from tallylight.oncall import api as oncall
from tallylight.oncall.api import SwapCard

#: How far ahead one's own shifts are looked for, and how many of them, and of swaps, stand on a page.
AHEAD = timedelta(days=28)
PER_PAGE = SHOWN = 10


@staff_only
def overview(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every schedule in a line; what concerns the reader below."""
    now = clock.now()
    standings = oncall.standing(now)
    page = Paginator(oncall.swaps_of(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "lead": overview_lead(standings, now=now),
        "rows": [(each, why(each.now.who) if each.now.who else "") for each in standings],
        "gaps": sorted(((gap, each.schedule) for each in standings for gap in each.gaps), key=lambda row: row[0].start),
        "mine": oncall.shifts_of(viewer.person_id, now, now + AHEAD)[:SHOWN],
        "page": page,
        "swaps": [_swap(each, viewer, now=now) for each in page.object_list],
        "feeds": oncall.feeds_of(viewer),
        "may_change": may_change(viewer),
        "query": "",
    }
    return render(request, "console/oncall.html", context)


@staff_only
def new_schedule(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make a schedule. Raises RoleRequired unless the reader is a manager."""
    require(viewer, Role.MANAGER)
    form = NewScheduleForm(request.POST if request.method == "POST" else None, initial={"zone": viewer.timezone})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            made = oncall.make_schedule(
                viewer, facts["slug"], facts["name"], facts["zone"], warn_days=facts["warn_days"]
            )
        except TallyError as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("The schedule is made. Add a layer: until then nobody is on call."))
            return redirect("oncall-layers", made.slug)
    return render(request, "console/oncall_new.html", {"form": form}, status=400 if form.errors else 200)


@require_POST
@staff_only
def answer_swap(request: HttpRequest, viewer: Viewer, swap_id: UUID, answer: str) -> HttpResponse:
    """Accept, decline or take back a request to swap. Raises NotFound for other people's."""
    told: dict[str, tuple[Callable[..., SwapCard], str]] = {
        "accept": (oncall.accept_swap, _("Swapped. Both of you find it in the schedule.")),
        "decline": (oncall.decline_swap, _("Declined; the schedule stays as it is.")),
        "withdraw": (oncall.withdraw_swap, _("Taken back; the schedule stays as it is.")),
    }
    act, done = told[answer]
    try:
        act(viewer, swap_id, now=clock.now())
    except TallyError as fault:
        if fault.status != 409:
            raise
        messages.error(request, error_sentence(fault))
    else:
        messages.success(request, done)
    return redirect("oncall")


@require_POST
@staff_only
def make_feed(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Give the reader an address for calendar programs. Raises ScheduleUnknown."""
    oncall.make_feed(viewer, request.POST.get("schedule") or None, now=clock.now())
    messages.success(request, _("The calendar's address stands below. Whoever knows it can read the calendar."))
    return redirect("oncall")


@require_POST
@staff_only
def revoke_feed(request: HttpRequest, viewer: Viewer, feed_id: UUID) -> HttpResponse:
    """Make an address useless. Raises NotFound."""
    oncall.revoke_feed(viewer, feed_id, now=clock.now())
    messages.success(request, _("The address is revoked; it answers nobody any more."))
    return redirect("oncall")


def may_change(viewer: Viewer) -> bool:
    """Whether the reader may change schedules."""
    return viewer.role in (Role.MANAGER, Role.ADMIN)


def _swap(card: SwapCard, viewer: Viewer, *, now: datetime) -> dict[str, object]:
    mine = card.asked_by_id == viewer.person_id
    return {"card": card, "mine": mine, "open": card.open_at(now), "badge": swap_badge(card, now=now)}
