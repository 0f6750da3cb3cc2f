"""How sessions, hosts, lessons and answered questions are found, and what one begins here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.permissions import ACE, SIGNED_IN
from ace_portal.lib.search import Action, Provider, add_action, add_provider
from office_hours.models import AMAQuestion, Lesson
from office_hours.selectors import ama, availability, lessons


def sign_in() -> None:
    add_provider(
        "sessions",
        Provider(
            _("Ask me anything"), "cal", 70, ama.sessions_for, "title", ("text",),
            where=day_of, order_by=("-starts_at",),
        ),
    )  # fmt: skip
    add_provider(
        "session questions",
        Provider(
            _("Questions of sessions"), "talk", 71, questions_for, "text", ("answer",),
            where=lambda question: question.session.title,
        ),
    )  # fmt: skip
    add_provider(
        "hosts",
        Provider(
            _("People to meet"), "user", 72, availability.hosts_for, "person__name", ("about",),
            where=lambda host: host.about,
        ),
    )  # fmt: skip
    add_provider(
        "lessons",
        Provider(
            _("Lessons"), "book", 73, lessons_for, "title", ("why", "change"),
            where=lambda lesson: lesson.author.name, order_by=("-created_at",),
        ),
    )  # fmt: skip
    actions = (
        ("book", _("Book office hours"), "cal", "office_hours:sessions", SIGNED_IN, _("session")),
        ("lesson", _("Write down a lesson"), "book", "office_hours:lesson-new", SIGNED_IN,
         _("new create")),
        ("hours", _("My office hours"), "clock", "office_hours:hours", ACE, _("availability")),
        ("announce", _("Announce a session"), "cal", "office_hours:ama-new", ACE,
         _("new ask me anything AMA")),
    )  # fmt: skip
    for order, (name, label, icon, url_name, door, also) in enumerate(actions):
        add_action(name, Action(label, icon, url_name, 10 + order, door, also=also))


def day_of(session: Any) -> str:
    return date_format(timezone.localtime(session.starts_at), "j M Y")


def questions_for(user: User) -> QuerySet[AMAQuestion]:
    """What the audience reads, for moderators too."""
    return ama.questions_for(user).filter(state__in=ama.PUBLIC)


def lessons_for(user: User) -> QuerySet[Lesson]:
    return lessons.lessons_for(user).filter(archived_at=None)
