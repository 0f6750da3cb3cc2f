from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.navigation import Entry, add_entry
from ace_portal.lib.needs import add_needs
from ace_portal.lib.registries import (
    job_handlers,
    job_kinds,
    load_listeners,
    notification_kinds,
)


class KPIsConfig(AppConfig):
    name = "kpis"

    def ready(self) -> None:
        from ace_portal.jobs.kinds import Kind
        from kpis import needs, search
        from kpis.selectors import checks, kpis, work
        from kpis.services import loads, looking, passes, refresh
        from kpis.services.telling import KIND, KPI_KIND

        search.sign_in()
        add_needs("refreshes", needs.failed_refreshes)
        add_needs("loads", needs.failed_loads)
        add_needs("KPI drafts", needs.drafts_of)
        add_needs("questions without a KPI", needs.unanswered_questions)
        job_handlers.register(loads.JOB, loads.perform)
        job_kinds.register(loads.JOB, Kind(_("Load"), work.loads_of_work))
        job_kinds.register(refresh.KIND, Kind(_("Refresh"), work.refreshes_of_work))
        job_kinds.register(looking.KIND, Kind(_("Look for unusual figures")))
        job_kinds.register(passes.KIND, Kind(_("Refresh after a load"), work.passes_of_work))
        notification_kinds.register(KIND, checks.readable)
        notification_kinds.register(KPI_KIND, kpis.readable)
        load_listeners.register("refresh KPIs", passes.refresh_after_load)
        add_entry(
            "kpis",
            Entry(
                label=_("KPIs"),
                icon="gauge",
                url_name="kpis:kpis",
                order=70,
                prefixes=("/kpis/",),
                group=_("ACE team"),
                visible=lambda user: user.is_ace,
            ),
        )
        add_entry(
            "data",
            Entry(
                label=_("Data"),
                icon="database",
                url_name="kpis:datasets",
                order=80,
                prefixes=(
                    "/kpis/datasets/",
                    "/kpis/uploads/",
                    "/kpis/sources/",
                    "/kpis/calendars/",
                    "/kpis/lineage/",
                ),
                group=_("ACE team"),
                visible=lambda user: user.is_ace and user.may_manage_data,
            ),
        )
