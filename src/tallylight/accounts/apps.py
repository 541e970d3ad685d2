from django.apps import AppConfig


class AccountsApp(AppConfig):
    name = "tallylight.accounts"
    label = "accounts"
