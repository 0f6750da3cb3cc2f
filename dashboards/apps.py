from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.navigation import Entry, add_entry
from ace_portal.lib.registries import (
    mail_listeners,
    notification_kinds,
    unsubscribers,
    value_grants,
)


class DashboardsConfig(AppConfig):
    name = "dashboards"

    def ready(self) -> None:
        from dashboards.content.selectors import kpis_shown_to, readable
        from dashboards.prototypes import selectors as prototypes
        from dashboards.prototypes import services as pilots
        from dashboards.reports import selectors as reports
        from dashboards.reports.services import runs, subscriptions

        notification_kinds.register("dashboards.release", readable)
        notification_kinds.register(pilots.KIND, prototypes.readable)
        notification_kinds.register(runs.MAIL_KIND, reports.readable)
        notification_kinds.register(runs.FAILURE_KIND, reports.readable_failures)
        mail_listeners.register("reports", runs.mail_ended)
        unsubscribers.register("report", subscriptions.unsubscribe)
        value_grants.register("dashboards", kpis_shown_to)
        add_entry(
            "dashboards",
            Entry(
                label=_("Dashboards"),
                icon="board",
                url_name="dashboards:dashboards",
                order=20,
                prefixes=("/dashboards/",),
            ),
        )
        add_entry(
            "portfolio",
            Entry(
                label=_("Portfolio"),
                icon="layers",
                url_name="dashboards:portfolio",
                order=80,
                prefixes=("/portfolio/",),
                group=_("ACE team"),
                visible=lambda user: user.is_ace,
            ),
        )
        add_entry(
            "reports",
            Entry(
                label=_("Reports"),
                icon="send",
                url_name="dashboards:reports",
                order=85,
                prefixes=("/reports/",),
                group=_("ACE team"),
                visible=lambda user: user.is_ace,
            ),
        )
