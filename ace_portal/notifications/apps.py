from django.apps import AppConfig

from ace_portal.lib.needs import add_needs
from ace_portal.lib.registries import job_handlers, unsubscribers


class NotificationsConfig(AppConfig):
    name = "ace_portal.notifications"
    label = "notifications"

    def ready(self) -> None:
        from ace_portal.notifications import mail, needs, search, services

        search.sign_in()
        add_needs("mails", needs.undelivered)
        job_handlers.register(mail.JOB, mail.perform)
        unsubscribers.register("notifications", services.unsubscribe)
