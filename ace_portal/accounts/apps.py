from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ace_portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        from ace_portal.accounts import search

        search.sign_in()
