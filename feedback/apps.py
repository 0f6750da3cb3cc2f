from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.navigation import Entry, add_entry
from ace_portal.lib.registries import dashboard_tabs, notification_kinds


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        from feedback import selectors, tabs

        notification_kinds.register("feedback.thread", selectors.readable)
        notification_kinds.register("feedback.note", selectors.readable_inside)
        notification_kinds.register("feedback.hidden", selectors.readable_always)
        dashboard_tabs.register("feedback", tabs.feedback_tab)
        add_entry(
            "feedback",
            Entry(
                label=_("Feedback"),
                icon="talk",
                url_name="feedback:inbox",
                order=30,
                prefixes=("/feedback/",),
                count=tabs.waiting_for,
            ),
        )
