from django.apps import AppConfig


class EscalationApp(AppConfig):
    name = "tallylight.escalation"
    label = "escalation"
