"""How threads and roadmap items are found: by title and text, not by every reply."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.search import Provider, add_provider
from feedback import selectors
from feedback.models import Thread


def sign_in() -> None:
    add_provider(
        "threads",
        Provider(
            _("Feedback"), "talk", 40, threads_for, "title", ("text",),
            where=lambda thread: thread.dashboard.name, order_by=("-active_at",),
        ),
    )  # fmt: skip
    add_provider(
        "roadmap",
        Provider(
            _("Roadmap"), "flag", 41, selectors.items_for, "title", ("text",),
            where=lambda item: f"{item.dashboard.name}, {item.get_state_display()}",
        ),
    )  # fmt: skip


def threads_for(user: User) -> QuerySet[Thread]:
    """Without what only a thread's own page needs."""
    rows = selectors.threads_for(user).select_related(None).select_related("dashboard")
    return rows.defer("seen")
