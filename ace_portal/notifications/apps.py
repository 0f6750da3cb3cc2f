from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.needs import add_needs
from ace_portal.lib.registries import job_handlers, job_kinds, unsubscribers


class NotificationsConfig(AppConfig):
    name = "ace_portal.notifications"
    label = "notifications"

    def ready(self) -> None:
        from ace_portal.jobs.kinds import Kind
        from ace_portal.notifications import mail, needs, search, services

        search.sign_in()
        add_needs("mails", needs.undelivered)
        job_handlers.register(mail.JOB, mail.perform)
        job_kinds.register(mail.JOB, Kind(_("Mail")))
        job_handlers.register(services.AT_ONCE, services.mail_at_once)
        job_kinds.register(services.AT_ONCE, Kind(_("Mails of a notification")))
        unsubscribers.register("notifications", services.unsubscribe)
