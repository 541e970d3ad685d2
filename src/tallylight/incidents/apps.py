from django.apps import AppConfig


class IncidentsApp(AppConfig):
    name = "tallylight.incidents"
    label = "incidents"
