from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.navigation import Entry, add_entry
from ace_portal.lib.registries import notification_kinds


class OfficeHoursConfig(AppConfig):
    name = "office_hours"

    def ready(self) -> None:
        from office_hours.selectors import ama

        notification_kinds.register("ama.session", ama.readable_sessions)
        notification_kinds.register("ama.question", ama.readable_questions)
        add_entry(
            "lessons",
            Entry(
                label=_("Lessons"),
                icon="book",
                url_name="office_hours:lessons",
                order=50,
                prefixes=("/lessons/",),
            ),
        )
