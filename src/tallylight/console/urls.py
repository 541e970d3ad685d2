"""The console's addresses."""

from __future__ import annotations

from django.urls import path

from tallylight.console.live.stream import stream
from tallylight.console.pages import (
    account,
    addresses,
    closing,
    delivery,
    desk_people,
    hand_overs,
    oncall,
    oncall_layers,
    oncall_schedule,
    proposals,
    replay,
    teams,
    tickets,
)
from tallylight.console.pages.acknowledge import acknowledge_by_link
from tallylight.console.pages.contract import contract, version_pdf
from tallylight.console.pages.design import design
from tallylight.console.pages.desk import desk, next_ticket
from tallylight.console.pages.evidence import evidence, month_evidence, verifier
from tallylight.console.pages.exclusions import exclusions
from tallylight.console.pages.home import home
from tallylight.console.pages.incidents import incident, incident_list
from tallylight.console.pages.mailbox import enclosure, mail, mailbox
from tallylight.console.pages.node import node
from tallylight.console.pages.report import report, report_pdf
from tallylight.console.pages.service import claim, service, slices
from tallylight.console.pages.sign_in import login, logout
from tallylight.console.pages.status import status
from tallylight.console.pages.wall import wall

urlpatterns = [
    path("", home, name="home"),
    path("login", login, name="login"),
    path("logout", logout, name="logout"),
    path("wall", wall, name="wall"),
    path("network/nodes/<slug:name>", node, name="node"),
    path("incidents", incident_list, name="incidents"),
    path("incidents/<uuid:incident_id>", incident, name="incident"),
    path("tickets", tickets.ticket_list, name="tickets"),
    path("tickets/new", tickets.new_ticket, name="new-ticket"),
    path("tickets/<uuid:ticket_id>", tickets.ticket, name="ticket"),
    path("tickets/<uuid:ticket_id>/acknowledge", tickets.acknowledge, name="acknowledge"),
    path("tickets/<uuid:ticket_id>/reply", tickets.reply, name="reply"),
    path("tickets/<uuid:ticket_id>/offer", hand_overs.offer, name="offer"),
    path("tickets/<uuid:ticket_id>/offer/accept", hand_overs.accept, name="accept-offer"),
    path("tickets/<uuid:ticket_id>/offer/decline", hand_overs.decline, name="decline-offer"),
    path("tickets/<uuid:ticket_id>/offer/withdraw", hand_overs.withdraw, name="withdraw-offer"),
    path("tickets/<uuid:ticket_id>/close", closing.close, name="close"),
    path("tickets/<uuid:ticket_id>/satisfaction", closing.satisfaction, name="satisfaction"),
    path("satisfaction/<str:token>", closing.satisfaction_by_link, name="satisfaction-by-link"),
    path("acknowledge/<str:token>", acknowledge_by_link, name="acknowledge-by-link"),
    path("desk", desk, name="desk"),
    path("desk/next", next_ticket, name="next-ticket"),
    path("desk/rules", closing.rules, name="desk-rules"),
    path("desk/people", desk_people.people, name="desk-people"),
    path("desk/people/<uuid:person_id>", desk_people.keep, name="keep-desk-person"),
    path("oncall", oncall.overview, name="oncall"),
    path("oncall/new", oncall.new_schedule, name="new-oncall-schedule"),
    path("oncall/swaps/<uuid:swap_id>/accept", oncall.answer_swap, {"answer": "accept"}, name="accept-swap"),
    path("oncall/swaps/<uuid:swap_id>/decline", oncall.answer_swap, {"answer": "decline"}, name="decline-swap"),
    path("oncall/swaps/<uuid:swap_id>/withdraw", oncall.answer_swap, {"answer": "withdraw"}, name="withdraw-swap"),
    path("oncall/feeds", oncall.make_feed, name="make-feed"),
    path("oncall/feeds/<uuid:feed_id>/revoke", oncall.revoke_feed, name="revoke-feed"),
    path("oncall/schedules/<slug:slug>", oncall_schedule.schedule, name="oncall-schedule"),
    path("oncall/schedules/<slug:slug>/cover", oncall_schedule.cover, name="cover"),
    path("oncall/schedules/<slug:slug>/swap", oncall_schedule.swap, name="ask-swap"),
    path("oncall/schedules/<slug:slug>/import", oncall_schedule.take_in, name="import-overrides"),
    path(
        "oncall/schedules/<slug:slug>/overrides/<uuid:override_id>/withdraw",
        oncall_schedule.withdraw,
        name="withdraw-override",
    ),
    path("oncall/schedules/<slug:slug>/layers", oncall_layers.layers, name="oncall-layers"),
    path("oncall/schedules/<slug:slug>/layers/new", oncall_layers.new_layer, name="new-oncall-layer"),
    path("oncall/schedules/<slug:slug>/change", oncall_layers.change, name="change-oncall-schedule"),
    path("oncall/schedules/<slug:slug>/remove", oncall_layers.remove, name="remove-oncall-schedule"),
    path("oncall/layers/<uuid:layer_id>", oncall_layers.layer, name="oncall-layer"),
    path("oncall/layers/<uuid:layer_id>/move", oncall_layers.move_layer, name="move-oncall-layer"),
    path("oncall/layers/<uuid:layer_id>/remove", oncall_layers.remove_layer, name="remove-oncall-layer"),
    path("service", service, name="service"),
    path("service/claim", claim, name="claim"),
    path("service/slices", slices, name="slices"),
    path("service/exclusions", exclusions, name="exclusions"),
    path("service/evidence", month_evidence, name="month-evidence"),
    path("evidence", evidence, name="evidence"),
    path("evidence/verify_tallylight_evidence.py", verifier, name="verifier"),
    path("service/report", report, name="report"),
    path("service/reports/<uuid:edition_id>.pdf", report_pdf, name="report-pdf"),
    path("contract", contract, name="contract"),
    path("contract/replay", replay.replay, name="replay"),
    path("contract/replay/<uuid:run_id>", replay.run, name="replay-run"),
    path("contract/versions/<uuid:version_id>.pdf", version_pdf, name="version-pdf"),
    path("contract/propose", proposals.propose, name="propose"),
    path("contract/proposals/<uuid:proposal_id>", proposals.proposal, name="proposal"),
    path("contract/proposals/<uuid:proposal_id>.pdf", proposals.proposal_pdf, name="proposal-pdf"),
    path("contract/proposals/<uuid:proposal_id>/sign", proposals.sign, name="sign-proposal"),
    path("contract/proposals/<uuid:proposal_id>/decline", proposals.decline, name="decline-proposal"),
    path("contract/proposals/<uuid:proposal_id>/withdraw", proposals.withdraw, name="withdraw-proposal"),
    path("contract/proposals/<uuid:proposal_id>/signatories", proposals.appoint, name="appoint-signatory"),
    path("status", status, name="status"),
    path("mailbox", mailbox, name="mailbox"),
    path("mailbox/<uuid:mail_id>", mail, name="mail"),
    path("mailbox/<uuid:mail_id>/files/<int:place>", enclosure, name="enclosure"),
    path("account", account.account, name="account"),
    path("account/preferences", account.preferences, name="preferences"),
    path("account/tokens", account.make_token, name="make-token"),
    path("account/tokens/<uuid:token_id>/revoke", account.revoke_token, name="revoke-token"),
    path("account/addresses", addresses.addresses, name="addresses"),
    path("account/addresses/new", addresses.add, name="add-address"),
    path("account/addresses/quiet-hours", addresses.quiet_hours, name="quiet-hours"),
    path("account/addresses/<uuid:endpoint_id>/remove", addresses.remove, name="remove-address"),
    path("account/addresses/<str:way>/earlier", addresses.earlier, name="earlier-address"),
    path("account/addresses/<str:way>/test", addresses.test, name="test-address"),
    path("admin/delivery", delivery.delivery, name="delivery"),
    path("admin/delivery/suppressions", delivery.suppress, name="suppress"),
    path("admin/delivery/suppressions/<uuid:suppression_id>/lift", delivery.lift, name="lift-suppression"),
    path("admin/delivery/limits", delivery.set_limit, name="set-limit"),
    path("admin/delivery/limits/<uuid:limit_id>/remove", delivery.remove_limit, name="remove-limit"),
    path("admin/teams", teams.teams, name="teams"),
    path("admin/teams/<slug:slug>", teams.team, name="team"),
    path("admin/teams/<slug:slug>/name", teams.rename, name="rename-team"),
    path("admin/teams/<slug:slug>/members", teams.join, name="join-team"),
    path("admin/teams/<slug:slug>/members/<uuid:person_id>/leave", teams.leave, name="leave-team"),
    path("admin/teams/<slug:slug>/dissolve", teams.dissolve, name="dissolve-team"),
    path("design", design, name="design"),
    path("live/stream", stream, name="stream"),
]
