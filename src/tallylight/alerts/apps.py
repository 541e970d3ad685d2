from django.apps import AppConfig


class AlertsApp(AppConfig):
    name = "tallylight.alerts"
    label = "alerts"
