"""/contract/propose, /contract/proposals/<id>, and what is done on a proposal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationCard, Viewer
from tallylight.console.agreements import own_words, told_problems
from tallylight.console.contract_text import text_page, text_pdf
from tallylight.console.doors import signed_in
from tallylight.console.pages.contract import customer_of
from tallylight.console.proposals import (
    changes_view,
    error_sentence,
    proposal_badge,
    proposal_lead,
    side_of,
    sides,
)
from tallylight.contracts import api as contracts
from tallylight.contracts.api import ContractInvalid, Hand, ProposalCard, ProposalDetail, Side, VersionCard
from tallylight.kernel import clock
from tallylight.kernel.errors import NotFound, TallyError

#: A contract is a few pages; the contracts room has the last word.
MOST_TEXT = 256 * 1024
WORDS = 5_000


class WholeText(forms.Form):
    """The text of a contract. A file takes the place of what was typed."""

    source = forms.CharField(
        label=gettext_lazy("The whole contract, as YAML"),
        max_length=MOST_TEXT,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code", "wrap": "off"}),
    )
    file = forms.FileField(label=gettext_lazy("Or a file in its place"), required=False, allow_empty_file=True)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if upload := given.get("file"):
            given["source"] = _text_of(upload.read(MOST_TEXT + 1))
        if not given.get("source", "").strip():
            raise forms.ValidationError(_("Paste the text or choose a file."))
        return given


class Draft(WholeText):
    """A text that somebody wants to propose."""

    note = forms.CharField(
        label=gettext_lazy("What should the other side know?"),
        max_length=WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    stands_days = forms.IntegerField(
        label=gettext_lazy("For how many days can it be signed?"),
        min_value=1,
        max_value=365,
        initial=contracts.STANDS.days,
    )


class Sign(forms.Form):
    """A signature. The hash is the one of the text on the page."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    name = forms.CharField(label=gettext_lazy("Your name, as you sign"), max_length=200)
    capacity = forms.CharField(
        label=gettext_lazy("In what capacity do you sign?"),
        max_length=200,
        help_text=gettext_lazy("For example: managing director."),
    )
    read = forms.BooleanField(label=gettext_lazy("I have read this text and accept it for my side."))


class Reason(forms.Form):
    """Why not."""

    reason = forms.CharField(
        label=gettext_lazy("Why? The other side reads it."), max_length=WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )


def _text_of(content: bytes) -> str:
    """An uploaded file as text. Raises ValidationError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise forms.ValidationError(_("This file is not text in UTF-8.")) from None
    if len(content) > MOST_TEXT or "\0" in text:
        raise forms.ValidationError(_("This file is not a contract: it is too long, or not text."))
    return text


@signed_in
def propose(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Type or upload a text, have it checked, propose it. What was typed is never lost."""
    customer = customer_of(request, viewer)
    if customer is None:
        raise NotFound
    replaced = _replaced(request, viewer)
    if request.method != "POST":
        initial = {"source": replaced.source if replaced else _in_force(customer)}
        return _draft_page(request, customer, Draft(initial=initial), replaced)
    form = Draft(request.POST, request.FILES)
    if not form.is_valid():
        return _draft_page(request, customer, form, replaced)
    if request.POST.get("deed") == "check":
        return _checked(request, customer, form, replaced)
    try:
        made = contracts.propose(
            viewer,
            customer.id,
            form.cleaned_data["source"],
            note=form.cleaned_data["note"].strip(),
            stands=timedelta(days=form.cleaned_data["stands_days"]),
            replaces=replaced.card.id if replaced else None,
            now=clock.now(),
        )
    except TallyError as fault:
        return _draft_page(request, customer, form, replaced, fault=fault)
    messages.success(request, _("It is proposed, and those who may sign have been told."))
    return redirect("proposal", made.id)


def _replaced(request: HttpRequest, viewer: Viewer) -> ProposalDetail | None:
    """The proposal that a new one answers: `?replaces=`."""
    wanted = request.GET.get("replaces", "")
    return contracts.proposal(viewer, forms.UUIDField().clean(wanted)) if wanted else None


def _in_force(customer: OrganisationCard) -> str:
    """The text to start from: the one in force, else one that waits for its day; nothing before the first contract."""
    known, now = contracts.versions(customer.id), clock.now()
    start = next((each for each in known if each.effective_from <= now), next(iter(known), None))
    return contracts.version(customer.id, start.id)[1] if start else ""


def _checked(
    request: HttpRequest, customer: OrganisationCard, form: Draft, replaced: ProposalDetail | None
) -> HttpResponse:
    """Say what the text would change, or what is wrong with it; propose nothing."""
    now = clock.now()
    try:
        agreement = contracts.read(form.cleaned_data["source"])
    except ContractInvalid as fault:
        return _draft_page(request, customer, form, replaced, fault=fault)
    without = contracts.in_force(customer.id, max(agreement.effective_from, now))
    changes = changes_view(contracts.amendment(without, agreement, now=now)) if without else None
    return _draft_page(request, customer, form, replaced, sound=True, changes=changes)


def _draft_page(
    request: HttpRequest,
    customer: OrganisationCard,
    form: Draft,
    replaced: ProposalDetail | None,
    *,
    fault: TallyError | None = None,
    **facts: object,
) -> HttpResponse:
    if form.is_bound:  # a file's text stands in the field from now on, so that it can be corrected there
        form = with_text(form)
    context = {
        "customer": customer,
        "form": form,
        "replaced": replaced,
        "problems": told_problems(fault) if isinstance(fault, ContractInvalid) else [],
        "fault": _fault_sentence(fault) if fault else "",
        **facts,
    }
    return render(request, "console/contract_propose.html", context, status=400 if fault or form.errors else 200)


#: A form with a text in it.
AnyText = TypeVar("AnyText", bound=WholeText)


def _fault_sentence(fault: TallyError) -> str:
    if not isinstance(fault, ContractInvalid):
        return error_sentence(fault)
    count = len(fault.problems)
    return ngettext(
        "%(count)s fault was found, so nothing was proposed. Your text is below as you wrote it.",
        "%(count)s faults were found, so nothing was proposed. Your text is below as you wrote it.",
        count,
    ) % {"count": count}


def with_text(form: AnyText) -> AnyText:
    """The form with the text that was read standing in its field: a browser doesn't send a chosen file twice."""
    if form.is_valid():
        data = cast(QueryDict, form.data).copy()
        data["source"] = form.cleaned_data["source"]
        form.data = data
    return form


@signed_in
def proposal(request: HttpRequest, viewer: Viewer, proposal_id: UUID) -> HttpResponse:
    """What is proposed, what it changes, who has signed, and what the reader may do."""
    return _page(request, viewer, contracts.proposal(viewer, proposal_id))


@signed_in
def proposal_pdf(_request: HttpRequest, viewer: Viewer, proposal_id: UUID) -> HttpResponse:
    """The proposed text as a PDF."""
    detail = contracts.proposal(viewer, proposal_id)
    return text_pdf(detail.agreement, sha256=detail.card.sha256, source=detail.source)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    detail: ProposalDetail,
    *,
    sign: Sign | None = None,
    reason: Reason | None = None,
    status: int = 200,
) -> HttpResponse:
    now, card, agreement = clock.now(), detail.card, detail.agreement
    mine, customer = side_of(viewer), accounts.organisation(card.organisation_id)
    staff = [each for each in accounts.staff() if each.may_sign]
    signers = {Side.PROVIDER: staff, Side.CUSTOMER: accounts.signers_of(customer.id)}
    context: dict[str, object] = {
        "customer": customer,
        "proposal": card,
        "agreement": agreement,
        "title": own_words(agreement.title),
        "source": detail.source,
        "written": text_page(agreement, sha256=card.sha256, source=detail.source),
        "badge": proposal_badge(card, now=now),
        "lead": proposal_lead(card, viewer, now=now),
        "changes": changes_view(detail.changes) if detail.changes else None,
        "sides": sides(card, {Side.PROVIDER: agreement.provider.name, Side.CUSTOMER: agreement.customer.name}, signers),
        "stands": card.stands(now),
        "followed_by": _followed_by(card, now) if card.stands(now) else None,
        "may_act": viewer.may_sign,
        "may_sign": viewer.may_sign and card.stands(now) and mine in card.waits_for(),
        "may_replay": viewer.is_provider and viewer.may_sign,
        "is_ours": card.proposed_side is mine,
        "signers": signers[mine],
        "members": accounts.members_of(customer.id) if accounts.may_appoint(viewer) else [],
        "sign": sign or Sign(initial={"sha256": card.sha256, "name": viewer.name}),
        "reason": reason or Reason(),
    }
    return render(request, "console/contract_proposal.html", context, status=status)


def _followed_by(card: ProposalCard, now: datetime) -> VersionCard | None:
    """A version that is agreed already and takes over after this one would begin."""
    starts = max(card.effective_from, now)
    later = [each for each in contracts.versions(card.organisation_id) if each.effective_from > starts]
    return min(later, key=lambda each: each.effective_from, default=None)


Act = Callable[[HttpRequest, Viewer, ProposalDetail, datetime], HttpResponse | str]


def _deed(act: Act) -> Callable[..., HttpResponse]:
    """A POST on a proposal: it does one thing and comes back to the page, which says what was done or why it was not."""

    @require_POST
    @signed_in
    def view(request: HttpRequest, viewer: Viewer, proposal_id: UUID) -> HttpResponse:
        detail = contracts.proposal(viewer, proposal_id)
        try:
            done = act(request, viewer, detail, clock.now())
        except NotFound:
            raise
        except TallyError as fault:
            messages.warning(request, error_sentence(fault))
            return redirect("proposal", proposal_id)
        if isinstance(done, HttpResponse):
            return done
        messages.success(request, done)
        return redirect("proposal", proposal_id)

    return view  # type: ignore[return-value]


@_deed
def sign(request: HttpRequest, viewer: Viewer, detail: ProposalDetail, now: datetime) -> HttpResponse | str:
    """Sign for the viewer's side, by the hash that stood on the page."""
    form = Sign(request.POST)
    if not form.is_valid():
        return _page(request, viewer, detail, sign=form, status=400)
    given = form.cleaned_data
    hand = Hand(given["sha256"], given["name"], given["capacity"], get_language() or "en")
    card: ProposalCard = contracts.sign(viewer, detail.card.id, hand, now=now)
    if card.waits_for():
        return _("You have signed for your side. The other side has been told.")
    return _("Both sides have signed: it is a version of the contract now.")


@_deed
def decline(request: HttpRequest, viewer: Viewer, detail: ProposalDetail, now: datetime) -> HttpResponse | str:
    """Say no, with a reason."""
    form = Reason(request.POST)
    if not form.is_valid():
        return _page(request, viewer, detail, reason=form, status=400)
    contracts.decline(viewer, detail.card.id, form.cleaned_data["reason"], now=now)
    return _("It is declined, and the other side reads why.")


@_deed
def withdraw(request: HttpRequest, viewer: Viewer, detail: ProposalDetail, now: datetime) -> HttpResponse | str:
    """Take it back."""
    contracts.withdraw(viewer, detail.card.id, request.POST.get("reason", "")[:WORDS].replace("\0", ""), now=now)
    return _("It is withdrawn. What applied before applies still.")


@_deed
def appoint(request: HttpRequest, viewer: Viewer, detail: ProposalDetail, _now: datetime) -> HttpResponse | str:
    """Let one of the customer's people sign in its name, or no longer. Raises NotFound for anybody else's."""
    wanted, may_sign = request.POST.get("person", ""), request.POST.get("may_sign") == "yes"
    members = {str(each.id): each for each in accounts.members_of(detail.card.organisation_id)}
    if wanted not in members:
        raise NotFound
    accounts.set_signatory(viewer, members[wanted].id, may_sign=may_sign)
    told = {"name": members[wanted].name}
    return _("%(name)s may sign now.") % told if may_sign else _("%(name)s may not sign any more.") % told
