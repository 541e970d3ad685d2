from django.apps import AppConfig


class ReplayApp(AppConfig):
    name = "tallylight.replay"
    label = "replay"
