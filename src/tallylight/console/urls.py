"""The console's addresses."""

from __future__ import annotations

from django.urls import path

from tallylight.console.live.stream import stream
from tallylight.console.pages.contract import contract
from tallylight.console.pages.design import design
from tallylight.console.pages.home import home
from tallylight.console.pages.incidents import incident, incident_list
from tallylight.console.pages.mailbox import mail, mailbox
from tallylight.console.pages.node import node
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
    path("contract", contract, name="contract"),
    path("status", status, name="status"),
    path("mailbox", mailbox, name="mailbox"),
    path("mailbox/<uuid:mail_id>", mail, name="mail"),
    path("design", design, name="design"),
    path("live/stream", stream, name="stream"),
]
