from django.apps import AppConfig

from ace_portal.lib.registries import job_handlers, unsubscribers


class NotificationsConfig(AppConfig):
    name = "ace_portal.notifications"
    label = "notifications"

    def ready(self) -> None:
        from ace_portal.notifications import mail, services

        job_handlers.register(mail.JOB, mail.perform)
        unsubscribers.register("notifications", services.unsubscribe)
