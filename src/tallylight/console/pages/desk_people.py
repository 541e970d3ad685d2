"""/desk/people: what everybody at the desk can do and how much they have. Each keeps their own; managers keep everybody's."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from tallylight.accounts.api import Role, Viewer
from tallylight.console.doors import staff_only
from tallylight.console.shapes import Lead, Tone
from tallylight.support import api as support
from tallylight.support.api import DeskPerson


class ProfileForm(forms.Form):
    """What somebody can do; nothing marked means any language, and an empty limit means none."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None marked: any."),
    )
    skills = forms.CharField(
        label=gettext_lazy("Skills"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Words of small letters, digits and hyphens, such as webrtc packet-loss."),
    )
    most = forms.IntegerField(
        label=gettext_lazy("Most tickets at once"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("Empty: no limit."),
    )


@staff_only
def people(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Everybody, with their tickets."""
    return _page(request, viewer)


@require_POST
@staff_only
def keep(request: HttpRequest, viewer: Viewer, person_id: UUID) -> HttpResponse:
    """Keep what somebody can do. Raises RoleRequired, NobodyToOwn, ProfileRefused."""
    form = ProfileForm(request.POST, prefix=str(person_id))
    if not form.is_valid():
        return _page(request, viewer, faulty=(person_id, form))
    kept = form.cleaned_data
    skills = kept["skills"].lower().replace(",", " ").split()
    support.set_profile(viewer, person_id, languages=kept["languages"], skills=skills, most=kept["most"])
    messages.success(request, _("It is kept. The next tickets go by it."))
    return redirect("desk-people")


def _page(request: HttpRequest, viewer: Viewer, *, faulty: tuple[UUID, ProfileForm] | None = None) -> HttpResponse:
    found = support.desk_people(viewer)
    manages = viewer.role in (Role.MANAGER, Role.ADMIN)
    forms_of = {each.person.id: _form(each) for each in found if manages or each.person.id == viewer.person_id}
    if faulty:
        forms_of[faulty[0]] = faulty[1]
    context = {"lead": _lead(found), "people": [(each, forms_of.get(each.person.id)) for each in found]}
    return render(request, "console/desk_people.html", context, status=400 if faulty else 200)


def _form(each: DeskPerson) -> ProfileForm:
    profile = each.profile
    known = (
        {"languages": sorted(profile.languages), "skills": " ".join(sorted(profile.skills)), "most": profile.most}
        if profile
        else {}
    )
    return ProfileForm(initial=known, prefix=str(each.person.id))


def _lead(found: list[DeskPerson]) -> Lead:
    pending = sum(each.pending for each in found)
    text = ngettext(
        "%(count)s ticket is with the people of the desk.",
        "%(count)s tickets are with the people of the desk.",
        pending,
    )
    more = _("Whoever fits a new ticket and has the fewest gets it. Somebody of whom nothing is known may get any.")
    return Lead(Tone.INFO, text % {"count": pending}, more)
