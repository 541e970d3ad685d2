"""What was taken out of the count, what a contract allows of it, and what it refuses, in words.

Pure but for the reader's language, which is the active one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.accounts.api import Role, Viewer, roles_from
from tallylight.console import formatting
from tallylight.console.minutes import exclusion_text
from tallylight.console.proposals import error_sentence
from tallylight.console.public import listed
from tallylight.console.roles import role_title
from tallylight.console.shapes import Lead, Tone
from tallylight.contracts.api import Agreement, ExclusionKind, ExclusionRule
from tallylight.kernel.errors import TallyError
from tallylight.sla.api import KIND_TEXTS, ExclusionCard

#: Beside which field of the form a refusal is told, by the refusal's code.
PLACES = {
    "announced-later": "announced_at",
    "bad-exclusion": "ends_at",
    "kind-not-allowed": "kind",
    "not-announced": "announced_at",
    "nothing-promised": "starts_at",
    "overload-is-measured": "kind",
    "region-unknown": "region",
    "role-required": "kind",
    "too-much-maintenance": "ends_at",
}


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """Something that was taken out: where and why, who approved it."""

    card: ExclusionCard
    region: str
    why: str
    approver: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A kind that the contract allows: what it asks for, and who approves it."""

    kind: str
    asks: tuple[str, ...]
    approver: str


def exclusion_row(card: ExclusionCard, regions: Mapping[str, str], people: Mapping[UUID, str]) -> ExclusionRow:
    """`people` are the approvers' names."""
    return ExclusionRow(
        card=card,
        region=regions.get(card.region, card.region) if card.region else _("everywhere"),
        why=exclusion_text(card.kind, card.reason),
        approver=people.get(card.approved_by, formatting.UNKNOWN),
    )


def exclusions_lead(count: int, customer: str) -> Lead:
    """How often anything was taken out."""
    facts = {"count": count, "customer": customer}
    if not count:
        return Lead(Tone.GOOD, _("Nothing was taken out of the count for %(customer)s.") % facts)
    text = ngettext(
        "For %(customer)s, slices were taken out of the count %(count)s time.",
        "For %(customer)s, slices were taken out of the count %(count)s times.",
        count,
    )
    return Lead(Tone.INFO, text % facts, _("They count neither as good nor as bad."))


def rule_rows(agreement: Agreement) -> list[RuleRow]:
    """What the contract allows, in its own order."""
    return [RuleRow(_kind(rule.kind), _asks(rule), _approver(rule)) for rule in agreement.exclusions]


def may_approve(viewer: Viewer, agreement: Agreement) -> bool:
    """Whether there is a kind that the viewer may approve by the contract."""
    needed = {role for rule in agreement.exclusions if _by_hand(rule) for role in roles_from(Role(rule.approver))}
    return viewer.is_provider and viewer.role in needed


def _by_hand(rule: ExclusionRule) -> bool:
    return rule.kind is not ExclusionKind.OVERLOAD


def refusal(fault: TallyError) -> tuple[str | None, str]:
    """The field beside which a refusal belongs, None for the form as a whole, and the refusal in the reader's words."""
    kinds = {name: _kinds(str(fault.facts[name])) for name in ("kind", "allowed") if name in fault.facts}
    roles = {name: _roles(str(fault.facts[name])) for name in ("needed", "role") if name in fault.facts}
    return PLACES.get(fault.code), error_sentence(fault, **kinds, **roles)


def kept_in(customer: str, fault: TallyError) -> str:
    """That a customer's slices stay in the count, and why."""
    return _("%(customer)s keeps its slices in the count: %(why)s") % {"customer": customer, "why": refusal(fault)[1]}


def _kinds(codes: str) -> str:
    known = {kind.value: _kind(kind) for kind in ExclusionKind}
    return listed([known.get(code, code) for code in codes.split(", ")])


def _roles(codes: str) -> str:
    return listed([role_title(code) for code in codes.split(", ")])


def _kind(kind: ExclusionKind) -> str:
    return _("Load above what was agreed") if kind is ExclusionKind.OVERLOAD else _(KIND_TEXTS[kind.value])


def _asks(rule: ExclusionRule) -> tuple[str, ...]:
    if rule.load_multiple is not None:
        multiple = formatting.decimal(rule.load_multiple, _language())
        return (_("above %(multiple)s times the mean load of the month") % {"multiple": multiple},)
    asked = []
    if rule.notice:
        asked.append(_("announced at least %(notice)s ahead") % {"notice": _length(rule.notice)})
    if rule.most_a_month:
        asked.append(_("at most %(most)s a month") % {"most": _length(rule.most_a_month)})
    return tuple(asked) or (formatting.UNKNOWN,)


def _approver(rule: ExclusionRule) -> str:
    return role_title(rule.approver) if _by_hand(rule) else _("nobody; it is measured")


def _length(span: timedelta) -> str:
    return formatting.duration(span.total_seconds(), _language())


def _language() -> str:
    return get_language() or "en"
