"""Who may change a lesson: its author and the ACE."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed
from office_hours.models import Lesson


def may_change_lesson(user: User, lesson: Lesson) -> bool:
    return user.is_active and (user.is_ace or lesson.author_id == user.pk)


def require_lesson_hand(user: User, lesson: Lesson) -> None:
    if not may_change_lesson(user, lesson):
        raise NotAllowed(_("Only who wrote it and the ACE do that."))
