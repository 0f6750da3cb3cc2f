from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "ace_portal.jobs"
    label = "jobs"
