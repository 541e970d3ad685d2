"""Wiring at start-up."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigApp(AppConfig):
    """Puts the event carrier in place."""

    name = "tallylight.config"
    label = "config"

    def ready(self) -> None:
        from tallylight.config.carrier import carry
        from tallylight.kernel.events import set_carrier

        set_carrier(carry)
