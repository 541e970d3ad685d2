"""/admin/teams: who works with whom. Staff reads; administrators make teams and put people into them."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, TeamCard, Viewer
from tallylight.console.doors import staff_only
from tallylight.console.shapes import Lead, Tone
from tallylight.kernel.errors import TallyError

PER_PAGE = 50


class NewTeam(forms.Form):
    """A team to be made."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=63,
        help_text=gettext_lazy(
            "Small letters, digits and hyphens. Contracts and addresses name the team by it; it stays."
        ),
    )


class TeamName(forms.Form):
    """What a team is called from now on."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)


class Joining(forms.Form):
    """Who joins, out of those who are not in the team yet."""

    person = forms.TypedChoiceField(label=gettext_lazy("Who joins?"), coerce=UUID)

    def __init__(self, choices: list[tuple[str, str]], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]


@staff_only
def teams(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every team; an administrator makes another. Raises RoleRequired for others who try."""
    form = NewTeam(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = accounts.make_team(viewer, form.cleaned_data["slug"], form.cleaned_data["name"])
        except TallyError as fault:
            if fault.status == 403:
                raise
            form.add_error("slug", _(fault.title) % fault.facts)
        else:
            messages.success(request, _("The team is made. Put people into it."))
            return redirect("team", made.slug)
    page = Paginator(accounts.teams(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"lead": _teams_lead(len(accounts.teams())), "page": page, "form": form, "query": ""}
    return render(request, "console/teams.html", context | _rights(viewer), status=400 if form.errors else 200)


@staff_only
def team(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """One team and its people. Raises TeamUnknown."""
    return _team_page(request, viewer, accounts.team(slug))


@require_POST
@staff_only
def rename(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Call a team otherwise. Raises RoleRequired, TeamUnknown."""
    form = TeamName(request.POST)
    if not form.is_valid():
        return _team_page(request, viewer, accounts.team(slug), naming=form)
    accounts.rename_team(viewer, slug, form.cleaned_data["name"])
    messages.success(request, _("The team has its new name."))
    return redirect("team", slug)


@require_POST
@staff_only
def join(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Put somebody into a team. Raises RoleRequired, TeamUnknown."""
    card = accounts.team(slug)
    form = Joining(_outside(card), request.POST)
    if not form.is_valid():
        return _team_page(request, viewer, card, joining=form)
    accounts.join_team(viewer, slug, form.cleaned_data["person"])
    messages.success(request, _("They are in the team now."))
    return redirect("team", slug)


@require_POST
@staff_only
def leave(request: HttpRequest, viewer: Viewer, slug: str, person_id: UUID) -> HttpResponse:
    """Take somebody out of a team. Raises RoleRequired, TeamUnknown."""
    accounts.leave_team(viewer, slug, person_id)
    messages.success(request, _("They are not in the team any more."))
    return redirect("team", slug)


@require_POST
@staff_only
def dissolve(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Remove a team. Raises RoleRequired, TeamUnknown, TeamInUse."""
    accounts.dissolve_team(viewer, slug)
    messages.success(request, _("The team is dissolved; its people keep their roles."))
    return redirect("teams")


def _team_page(
    request: HttpRequest,
    viewer: Viewer,
    card: TeamCard,
    *,
    naming: TeamName | None = None,
    joining: Joining | None = None,
) -> HttpResponse:
    context = {
        "team": card,
        "lead": _team_lead(card),
        "members": accounts.team_members(card.slug),
        "naming": naming or TeamName(initial={"name": card.name}),
        "joining": joining or Joining(_outside(card)),
    }
    failed = any(form is not None for form in (naming, joining))
    return render(request, "console/team.html", context | _rights(viewer), status=400 if failed else 200)


def _outside(card: TeamCard) -> list[tuple[str, str]]:
    inside = set(accounts.member_ids(card.slug))
    return [(str(each.id), f"{each.name} · {each.email}") for each in accounts.staff() if each.id not in inside]


def _rights(viewer: Viewer) -> dict[str, bool]:
    return {"may_change": viewer.role is Role.ADMIN}


def _teams_lead(number: int) -> Lead:
    if not number:
        return Lead(Tone.UNKNOWN, _("There is no team yet."))
    text = ngettext("%(count)s team works here.", "%(count)s teams work here.", number) % {"count": number}
    return Lead(Tone.INFO, text)


def _team_lead(card: TeamCard) -> Lead:
    if not card.people:
        return Lead(Tone.WARN, _("Nobody is in team %(team)s.") % {"team": card.name})
    text = ngettext("%(count)s person is in team %(team)s.", "%(count)s people are in team %(team)s.", card.people)
    return Lead(Tone.INFO, text % {"count": card.people, "team": card.name})
