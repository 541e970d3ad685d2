"""The console's addresses."""

from __future__ import annotations

from django.urls import path

from tallylight.console.pages.design import design
from tallylight.console.pages.sign_in import login, logout

urlpatterns = [
    path("login", login, name="login"),
    path("logout", logout, name="logout"),
    path("design", design, name="design"),
]
