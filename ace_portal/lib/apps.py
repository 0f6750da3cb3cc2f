from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "ace_portal.lib"
    label = "lib"
