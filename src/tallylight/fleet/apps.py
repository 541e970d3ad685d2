from django.apps import AppConfig


class FleetApp(AppConfig):
    name = "tallylight.fleet"
    label = "fleet"
