from django.apps import AppConfig


class TelemetryApp(AppConfig):
    name = "tallylight.telemetry"
    label = "telemetry"
