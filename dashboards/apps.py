from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.navigation import Entry, add_entry
from ace_portal.lib.needs import add_needs
from ace_portal.lib.registries import (
    kpi_uses,
    mail_listeners,
    notification_kinds,
    unsubscribers,
    value_grants,
)

ENTRIES = {
    "dashboards": Entry(
        label=_("Dashboards"),
        icon="board",
        url_name="dashboards:dashboards",
        order=20,
        prefixes=("/dashboards/",),
    ),
    "portfolio": Entry(
        label=_("Portfolio"),
        icon="layers",
        url_name="dashboards:portfolio",
        order=80,
        prefixes=("/portfolio/",),
        group=_("ACE team"),
        visible=lambda user: user.is_ace,
    ),
    "reports": Entry(
        label=_("Reports"),
        icon="send",
        url_name="dashboards:reports",
        order=85,
        prefixes=("/reports/",),
        group=_("ACE team"),
        visible=lambda user: user.is_ace,
    ),
}


class DashboardsConfig(AppConfig):
    name = "dashboards"

    def ready(self) -> None:
        from dashboards import needs, search
        from dashboards.content.selectors import (
            kpis_shown_to,
            readable,
            readable_to_team,
            uses_of_kpis,
        )
        from dashboards.content.services import dashboards as owning
        from dashboards.prototypes import selectors as prototypes
        from dashboards.prototypes import services as pilots
        from dashboards.reports import selectors as reports
        from dashboards.reports.services import runs, subscriptions

        search.sign_in()
        add_needs("gates", needs.gates_to_decide)
        add_needs("dashboard reviews", needs.reviews_due)
        add_needs("adoption", needs.adoption_drops)
        add_needs("version drafts", needs.drafts_of)
        add_needs("reports", needs.failed_reports)
        notification_kinds.register("dashboards.release", readable)
        notification_kinds.register("dashboards.gate", readable_to_team)
        notification_kinds.register(owning.OWNER_KIND, readable_to_team)
        notification_kinds.register(pilots.KIND, prototypes.readable)
        notification_kinds.register(runs.MAIL_KIND, reports.readable)
        notification_kinds.register(runs.FAILURE_KIND, reports.readable_failures)
        mail_listeners.register("reports", runs.mail_ended)
        unsubscribers.register("report", subscriptions.unsubscribe)
        value_grants.register("dashboards", kpis_shown_to)
        kpi_uses.register("dashboards", uses_of_kpis)
        for name, entry in ENTRIES.items():
            add_entry(name, entry)
