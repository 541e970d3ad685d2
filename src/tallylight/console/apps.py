from django.apps import AppConfig


class ConsoleApp(AppConfig):
    name = "tallylight.console"
    label = "console"
