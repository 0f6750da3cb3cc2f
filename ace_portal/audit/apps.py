from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "ace_portal.audit"
    label = "audit"
