from django.apps import AppConfig


class OfficeHoursConfig(AppConfig):
    name = "office_hours"
