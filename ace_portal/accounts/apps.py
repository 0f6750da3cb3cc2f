from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ace_portal.accounts"
    label = "accounts"
