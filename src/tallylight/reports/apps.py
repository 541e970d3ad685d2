from django.apps import AppConfig


class ReportsApp(AppConfig):
    name = "tallylight.reports"
    label = "reports"
