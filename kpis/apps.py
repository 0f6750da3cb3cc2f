from django.apps import AppConfig


class KPIsConfig(AppConfig):
    name = "kpis"
