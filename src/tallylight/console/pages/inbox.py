"""/admin/inbox: what came in from outside, and what waits for somebody to decide whose or what it is."""

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
from tallylight.accounts.api import PersonCard, Viewer
from tallylight.channels import api as channels
from tallylight.channels.api import ItemCard, Why
from tallylight.console.doors import staff_only
from tallylight.console.shapes import Badge, Lead, Tone
from tallylight.kernel import clock

PER_PAGE = 50
REASONS = {
    Why.BOUNCE: gettext_lazy("A report on mail of ours"),
    Why.AUTO_REPLY: gettext_lazy("An automatic answer"),
    Why.OWN: gettext_lazy("Our own mail that came back"),
    Why.DUPLICATE: gettext_lazy("A copy of one that came before"),
    Why.DROPPED: gettext_lazy("Dropped"),
    Why.UNREADABLE: gettext_lazy("It can't be read"),
    Why.CRASHED: gettext_lazy("Reading it failed again and again"),
    Why.FAILED: gettext_lazy("Something went wrong on our side"),
    Why.UNKNOWN_SENDER: gettext_lazy("Nobody knows the sender"),
    Why.LINKED: gettext_lazy("Somebody said who they are"),
    Why.CALL: gettext_lazy("A call about no open ticket"),
    Why.STAFF: gettext_lazy("A colleague wrote, and about no ticket"),
}
STATES = {
    "new": (Tone.INFO, gettext_lazy("Being read")),
    "routed": (Tone.GOOD, gettext_lazy("On a ticket")),
    "unknown": (Tone.WARN, gettext_lazy("Whose is it?")),
    "set-aside": (Tone.BAD, gettext_lazy("Set aside")),
    "ignored": (Tone.UNKNOWN, gettext_lazy("Nothing to do")),
}


class Dropping(forms.Form):
    """Why nobody needs it."""

    reason = forms.CharField(label=gettext_lazy("Why does nobody need to read it?"), max_length=2_000)


class Owning(forms.Form):
    """Whose the address is, out of the customers' people."""

    person = forms.TypedChoiceField(label=gettext_lazy("Whose address is it?"), coerce=UUID)

    def __init__(self, choices: list[tuple[str, str]], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]


@staff_only
def inbox(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What waits, or everything."""
    everything = request.GET.get("all") == "1"
    page = Paginator(channels.items(viewer, waiting=not everything), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "lead": _lead(len(channels.items(viewer, waiting=True))),
        "page": page,
        "rows": [(each, badge(each), why(each)) for each in page.object_list],
        "everything": everything,
        "query": "all=1&" if everything else "",
        "mailboxes": channels.mailboxes(viewer),
    }
    return render(request, "console/inbox.html", context)


@staff_only
def item(request: HttpRequest, viewer: Viewer, item_id: UUID) -> HttpResponse:
    """One item with its original as plain text. Raises ItemUnknown."""
    return _page(request, viewer, item_id)


@staff_only
def item_file(request: HttpRequest, viewer: Viewer, item_id: UUID, file_id: UUID) -> HttpResponse:  # noqa: ARG001
    """A file that came along, to be saved. Raises ItemUnknown."""
    found = channels.item_file(viewer, item_id, file_id)
    return channels.as_download(found.name, channels.file_data(found.sha256))


@require_POST
@staff_only
def retry(request: HttpRequest, viewer: Viewer, item_id: UUID) -> HttpResponse:
    """Read and route it again. Raises ItemUnknown, ItemSettled."""
    channels.retry(viewer, item_id, now=clock.now())
    messages.success(request, _("It is being read again."))
    return redirect("inbox-item", item_id)


@require_POST
@staff_only
def drop(request: HttpRequest, viewer: Viewer, item_id: UUID) -> HttpResponse:
    """Say that nobody needs it. Raises ItemUnknown, ItemSettled."""
    form = Dropping(request.POST)
    if not form.is_valid():
        return _page(request, viewer, item_id, dropping=form)
    channels.drop(viewer, item_id, form.cleaned_data["reason"], now=clock.now())
    messages.success(request, _("It is dropped; it can still be found here."))
    return redirect("inbox")


@require_POST
@staff_only
def belongs(request: HttpRequest, viewer: Viewer, item_id: UUID) -> HttpResponse:
    """Say whose it is. Raises ItemUnknown, ItemSettled."""
    form = Owning(_choices(channels.item(viewer, item_id).card.sender), request.POST)
    if not form.is_valid():
        return _page(request, viewer, item_id, owning=form)
    channels.belongs_to(viewer, item_id, form.cleaned_data["person"], now=clock.now())
    messages.success(request, _("The address is known now, and the message goes to its ticket."))
    return redirect("inbox-item", item_id)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    item_id: UUID,
    *,
    dropping: Dropping | None = None,
    owning: Owning | None = None,
) -> HttpResponse:
    found = channels.item(viewer, item_id)
    context = {
        "item": found.card,
        "found": found,
        "badge": badge(found.card),
        "why": why(found.card),
        "dropping": dropping or Dropping(),
        "owning": owning or Owning(_choices(found.card.sender)),
    }
    failed = any(form is not None for form in (dropping, owning))
    return render(request, "console/inbox_item.html", context, status=400 if failed else 200)


def badge(card: ItemCard) -> Badge:
    """Its state in a word or two."""
    tone, text = STATES[card.state.value]
    return Badge(tone, str(text))


def why(card: ItemCard) -> str:
    """Why it is ignored or waits; empty for what has its place."""
    return str(REASONS[Why(card.reason)]) if card.reason else ""


def _choices(address: str) -> list[tuple[str, str]]:
    """The customers' people: first those whose addresses are of the same domain."""
    likely = channels.likely(address)
    known = {each.id for each in likely}
    others = [
        each
        for organisation in accounts.organisations()
        for each in accounts.members_of(organisation.id)
        if each.id not in known
    ]
    return [_choice(each) for each in [*likely, *others]]


def _choice(person: PersonCard) -> tuple[str, str]:
    return str(person.id), f"{person.name} · {person.email}"


def _lead(number: int) -> Lead:
    if not number:
        return Lead(Tone.GOOD, _("Everything that came in has found its place."))
    text = ngettext("%(count)s message waits for a decision.", "%(count)s messages wait for a decision.", number)
    return Lead(Tone.WARN, text % {"count": number})
