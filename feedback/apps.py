from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.navigation import Entry, add_entry
from ace_portal.lib.needs import add_needs
from ace_portal.lib.registries import (
    dashboard_tabs,
    dashboard_voices,
    first_answers,
    gate_checks,
    notification_kinds,
    release_listeners,
    release_notes,
)


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        from feedback import gates, needs, search, selectors, tabs
        from feedback.services import releases, roadmap

        search.sign_in()
        add_needs("feedback", needs.unanswered)
        notification_kinds.register("feedback.thread", selectors.readable)
        notification_kinds.register("feedback.note", selectors.readable_inside)
        notification_kinds.register("feedback.hidden", selectors.readable_always)
        notification_kinds.register("feedback.pulse", selectors.readable_pulses)
        release_listeners.register("feedback", releases.answer_people)
        release_notes.register("roadmap", roadmap.lines_of)
        gate_checks.register("feedback, validated", (6, gates.validation_lines))
        gate_checks.register("feedback, answered", (8, gates.iteration_lines))
        first_answers.register("threads", selectors.first_answers)
        dashboard_voices.register("threads", selectors.voices)
        dashboard_tabs.register("roadmap", tabs.roadmap_tab)
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
