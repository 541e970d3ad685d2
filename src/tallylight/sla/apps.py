from django.apps import AppConfig


class SlaApp(AppConfig):
    name = "tallylight.sla"
    label = "sla"
