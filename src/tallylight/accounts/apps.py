"""Wiring at start-up."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsApp(AppConfig):
    """Keeps the trail of who signed in."""

    name = "tallylight.accounts"
    label = "accounts"

    def ready(self) -> None:
        from tallylight.accounts.sign_in_trail import listen

        listen()
