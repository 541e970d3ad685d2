from django.apps import AppConfig


class BridgesApp(AppConfig):
    name = "tallylight.bridges"
    label = "bridges"
