from django.apps import AppConfig


class OncallApp(AppConfig):
    name = "tallylight.oncall"
    label = "oncall"
