from django.apps import AppConfig


class ThreadConfig(AppConfig):
    name = "ace_portal.thread"
    label = "thread"
