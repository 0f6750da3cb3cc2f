from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.navigation import Entry, add_entry
from ace_portal.lib.needs import add_needs
from ace_portal.lib.registries import gate_checks, notification_kinds, person_listeners


class OfficeHoursConfig(AppConfig):
    name = "office_hours"

    def ready(self) -> None:
        from office_hours import gates, needs, search
        from office_hours.selectors import ama, booking, lessons
        from office_hours.services import leaving

        search.sign_in()
        add_needs("sessions", needs.sessions_left)
        add_needs("bookings", needs.outcomes_left)
        add_needs("lessons", needs.lessons_left)
        person_listeners.register("bookings", leaving.person_changed)
        notification_kinds.register("office_hours.booking", booking.readable)
        notification_kinds.register("office_hours.reminder", booking.readable_reminders)
        add_entry(
            "sessions",
            Entry(
                label=_("Sessions"), icon="cal", url_name="office_hours:sessions", order=40,
                prefixes=("/sessions/",),
            ),
        )  # fmt: skip
        gate_checks.register("office hours", (7, gates.launch_lines))
        notification_kinds.register("ama.session", ama.readable_sessions)
        notification_kinds.register("ama.live", ama.readable_live)
        notification_kinds.register("office_hours.lesson", lessons.readable_due)
        notification_kinds.register("ama.question", ama.readable_questions)
        add_entry(
            "lessons",
            Entry(
                label=_("Lessons"), icon="book", url_name="office_hours:lessons", order=50,
                prefixes=("/lessons/",),
            ),
        )  # fmt: skip
