"""/oncall/schedules/…/layers: what a schedule is made of, for managers to change."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, Viewer, require
from tallylight.console.doors import staff_only
from tallylight.console.oncall.forms import LayerForm, ScheduleForm, layer_initial, new_layer_initial, refuse
from tallylight.console.oncall.words import layer_text
from tallylight.console.pages.oncall import may_change
from tallylight.kernel import clock
from tallylight.kernel.errors import TallyError
from tallylight.oncall import api as oncall
from tallylight.oncall.api import LayerCard, ScheduleCard


@staff_only
def layers(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Every layer, the one that wins first; what the schedule is called. Staff reads. Raises ScheduleUnknown."""
    card = oncall.schedule(slug)
    form = ScheduleForm(initial={"name": card.name, "zone": card.zone, "warn_days": card.warn_days})
    return _list(request, viewer, card, form)


@require_POST
@staff_only
def change(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Change the schedule's name, zone and warning. Raises RoleRequired, ScheduleUnknown."""
    form = ScheduleForm(request.POST)
    if form.is_valid():
        try:
            oncall.change_schedule(viewer, slug, **form.cleaned_data)
        except TallyError as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("The schedule is kept."))
            return redirect("oncall-layers", slug)
    return _list(request, viewer, oncall.schedule(slug), form)


@require_POST
@staff_only
def remove(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Remove the schedule. Raises RoleRequired, ScheduleUnknown."""
    oncall.remove_schedule(viewer, slug)
    messages.success(request, _("The schedule is removed."))
    return redirect("oncall")


@staff_only
def new_layer(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Put a layer on top of the others. Raises RoleRequired, ScheduleUnknown."""
    require(viewer, Role.MANAGER)
    card = oncall.schedule(slug)
    today = clock.now().astimezone(get_current_timezone()).date()
    form = LayerForm(request.POST if request.method == "POST" else None, initial=new_layer_initial(today))
    if request.method == "POST" and form.is_valid():
        try:
            oncall.add_layer(viewer, slug, form.wanted())
        except TallyError as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("The layer is added on top."))
            return redirect("oncall-layers", slug)
    return _form(request, card, form, None)


@staff_only
def layer(request: HttpRequest, viewer: Viewer, layer_id: UUID) -> HttpResponse:
    """Write a layer anew. Raises RoleRequired, NotFound."""
    require(viewer, Role.MANAGER)
    card = oncall.layer_of(layer_id)
    form = LayerForm(request.POST if request.method == "POST" else None, initial=layer_initial(card))
    if request.method == "POST" and form.is_valid():
        try:
            oncall.change_layer(viewer, layer_id, form.wanted())
        except TallyError as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("The layer is kept."))
            return redirect("oncall-layers", card.schedule.slug)
    return _form(request, card.schedule, form, card)


@require_POST
@staff_only
def move_layer(request: HttpRequest, viewer: Viewer, layer_id: UUID) -> HttpResponse:
    """Let a layer change places with its neighbour. Raises RoleRequired, NotFound."""
    slug = oncall.layer_of(layer_id).schedule.slug
    oncall.move_layer(viewer, layer_id, up=request.POST.get("up") == "1")
    return redirect("oncall-layers", slug)


@require_POST
@staff_only
def remove_layer(request: HttpRequest, viewer: Viewer, layer_id: UUID) -> HttpResponse:
    """Take a layer out. Raises RoleRequired, NotFound."""
    slug = oncall.layer_of(layer_id).schedule.slug
    oncall.remove_layer(viewer, layer_id)
    messages.success(request, _("The layer is removed."))
    return redirect("oncall-layers", slug)


def _list(request: HttpRequest, viewer: Viewer, card: ScheduleCard, form: ScheduleForm) -> HttpResponse:
    texts = [layer_text(each) for each in reversed(oncall.layers(card.slug))]
    context = {"schedule": card, "layers": texts, "form": form, "may_change": may_change(viewer)}
    return render(request, "console/oncall_layers.html", context, status=400 if form.errors else 200)


def _form(request: HttpRequest, schedule: ScheduleCard, form: LayerForm, card: LayerCard | None) -> HttpResponse:
    context = {"schedule": schedule, "form": form, "layer": card, "staff": accounts.staff()}
    return render(request, "console/oncall_layer.html", context, status=400 if form.errors else 200)
