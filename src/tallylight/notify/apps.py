from django.apps import AppConfig


class NotifyApp(AppConfig):
    name = "tallylight.notify"
    label = "notify"
