"""What a ticket's page shows of its hand-overs: the offer that waits, who could get it, how it was cared for."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, Viewer
from tallylight.console.formatting import duration
from tallylight.console.roles import role_name
from tallylight.support import api as support
from tallylight.support.api import Care, OfferCard, TicketDetail


@dataclass(frozen=True, slots=True)
class HandOverView:
    """`offer` waits for an answer. `may_…`: what the viewer may do; `people` and `teams`: who could get it, as value and name."""

    offer: OfferCard | None
    may_answer: bool
    may_withdraw: bool
    may_offer: bool
    may_give: bool
    people: list[tuple[str, str]]
    teams: list[tuple[str, str]]
    care: str


def hand_over_view(viewer: Viewer, detail: TicketDetail) -> HandOverView:
    """For the provider's staff."""
    offer, owner = detail.offer, detail.card.owner_id
    manages = viewer.role in (Role.MANAGER, Role.ADMIN)
    mine = manages or owner in (None, viewer.person_id)
    others = [each for each in accounts.staff() if each.id != owner]
    return HandOverView(
        offer=offer,
        may_answer=offer is not None and support.may_accept(viewer, offer),
        may_withdraw=offer is not None and (mine or offer.by_id == viewer.person_id),
        may_offer=offer is None and mine,
        may_give=manages,
        people=[(f"person:{each.id}", f"{each.name} ({role_name(each.role)})") for each in others],
        teams=[(f"team:{each.slug}", each.name) for each in accounts.teams() if each.people],
        care=care_sentence(detail.care) if detail.care else "",
    )


def care_sentence(care: Care) -> str:
    """How often it changed hands and how long it lay idle."""
    hops = ngettext("handed over once", "handed over %(count)s times", care.hops) % {"count": care.hops}
    idle = duration(care.idle.total_seconds(), get_language() or "en")
    return _("%(hops)s, idle for %(idle)s") % {"hops": hops if care.hops else _("never handed over"), "idle": idle}
