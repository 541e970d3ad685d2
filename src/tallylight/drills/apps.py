from django.apps import AppConfig


class DrillsApp(AppConfig):
    name = "tallylight.drills"
    label = "drills"
