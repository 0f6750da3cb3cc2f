from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "ace_portal.home"
    label = "home"
