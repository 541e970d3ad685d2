"""/bridges/<id>/report for the staff who write it; /reviews/<id> for whom it is written."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer
from tallylight.bridges import api
from tallylight.bridges.api import ActionWanted, Part
from tallylight.console.doors import signed_in, staff_only
from tallylight.kernel import clock
from tallylight.kernel.errors import Invalid
from tallylight.typeset.api import to_fragment, written

LANGUAGE_NAMES = {"en": "English", "zh-hans": "简体中文"}
#: Empty rows for further actions under those that are there.
SPARE = 2


@staff_only
def report(request: HttpRequest, viewer: Viewer, bridge_id: UUID) -> HttpResponse:
    """The report as it stands: to be edited until it is published. Raises BridgeUnknown, NoReport."""
    found = api.review(viewer, bridge_id)
    detail = api.bridge(viewer, bridge_id, now=clock.now())
    rows = [*found.actions, *([None] * SPARE if found.published_at is None else [])]
    context = {
        "bridge": detail.card,
        "review": found,
        "parts": [
            (part, name, [(code, LANGUAGE_NAMES[code], found.texts[code].get(part, "")) for code in api.LANGUAGES])
            for part, name in ((each.value, api.PART_NAMES[each]) for each in Part)
        ],
        "actions": list(enumerate(rows)),
        "languages": [(code, LANGUAGE_NAMES[code]) for code in api.LANGUAGES],
        "people": [(each.id, each.name) for each in accounts.staff()],
        "may_publish": detail.may_close or _commands_closed(viewer, detail),
    }
    return render(request, "console/incident_report.html", context)


def _commands_closed(viewer: Viewer, detail: api.BridgeDetail) -> bool:
    """A closed bridge has no commander any more: then it is for managers."""
    return not detail.card.open and viewer.role in (accounts.Role.MANAGER, accounts.Role.ADMIN)


@require_POST
@staff_only
def draft(_request: HttpRequest, viewer: Viewer, bridge_id: UUID) -> HttpResponse:
    """Written from the timeline; an unpublished one is written anew."""
    api.start(viewer, bridge_id, now=clock.now())
    return redirect("incident-report", bridge_id)


@require_POST
@staff_only
def keep(request: HttpRequest, viewer: Viewer, bridge_id: UUID) -> HttpResponse:
    """Keep what was edited; with the other button, publish it as well."""
    texts = {
        code: {part: request.POST.get(f"{part}-{code}", "").replace("\r\n", "\n") for part in Part}
        for code in api.LANGUAGES
    }
    api.edit(viewer, bridge_id, texts, _actions(request), now=clock.now())
    if request.POST.get("deed") == "publish":
        api.publish(viewer, bridge_id, now=clock.now())
        messages.success(request, _("The report is published; every customer of the incident gets its copy."))
    else:
        messages.success(request, _("The report is kept."))
    return redirect("incident-report", bridge_id)


def _actions(request: HttpRequest) -> list[ActionWanted]:
    """The rows that say something. Raises Invalid for what is no person or no day."""
    found = []
    for place in range(api.MOST_ACTIONS):
        texts = {code: request.POST.get(f"action-{place}-{code}", "").strip() for code in api.LANGUAGES}
        said = next((each for each in texts.values() if each), "")
        if said:
            owner, due = request.POST.get(f"action-{place}-owner", ""), request.POST.get(f"action-{place}-due", "")
            found.append(ActionWanted({code: text or said for code, text in texts.items()}, _person(owner), _day(due)))
    return found


def _person(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Invalid from None


def _day(value: str) -> date | None:
    try:
        return parse_date(value) if value else None
    except ValueError:
        raise Invalid from None


@signed_in
def review(request: HttpRequest, viewer: Viewer, copy_id: UUID) -> HttpResponse:
    """A published report as its customer reads it. Raises NotFound if there is none or it isn't the viewer's."""
    card = api.copy_card(viewer, copy_id)
    document = api.copy(viewer, copy_id, api.language_of(get_language() or "en"))
    text = mark_safe(to_fragment(document))  # noqa: S308 - the typesetter escapes every word
    return render(request, "console/review.html", {"copy": card, "text": text, "title": document.title})


@signed_in
def review_pdf(request: HttpRequest, viewer: Viewer, copy_id: UUID) -> HttpResponse:
    """The same as a file in `?lang=`, else in the reader's language."""
    language = api.language_of(request.GET.get("lang") or get_language() or "en")
    answer = HttpResponse(written(api.copy(viewer, copy_id, language), "pdf"), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="incident-report-{language}.pdf"'
    return answer
