from django.apps import AppConfig


class ContractsApp(AppConfig):
    name = "tallylight.contracts"
    label = "contracts"
