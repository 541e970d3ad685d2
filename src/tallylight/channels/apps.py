from django.apps import AppConfig


class ChannelsApp(AppConfig):
    name = "tallylight.channels"
    label = "channels"
