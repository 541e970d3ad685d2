"""Addresses: the API, health, and the console's pages."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from tallylight.config.api import api
from tallylight.config.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]
if "channels" in settings.ROOMS:
    from tallylight.channels.hooks.door import called

    urlpatterns.append(path("hooks/<slug:name>", called, name="hook"))
if "console" in settings.ROOMS:
    urlpatterns.append(path("", include("tallylight.console.urls")))

handler404 = "tallylight.config.pages.not_found"
handler403 = "tallylight.config.pages.refused"
handler400 = "tallylight.config.pages.invalid"
handler500 = "tallylight.config.pages.broken"
