from django.apps import AppConfig


class SupportApp(AppConfig):
    name = "tallylight.support"
    label = "support"
