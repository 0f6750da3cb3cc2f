"""Who may do what in a thread, beyond reading it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, NotAllowed
from feedback.models import Thread


def is_author(user: User, thread: Thread) -> bool:
    return user.is_active and thread.author_id == user.pk


def may_change_text(user: User, thread: Thread) -> bool:
    """The author, until the ACE has answered."""
    return is_author(user, thread) and thread.answered_at is None


def may_reopen(user: User, thread: Thread) -> bool:
    return thread.is_over and (user.is_ace or is_author(user, thread))


def require_author(user: User, thread: Thread) -> None:
    if not is_author(user, thread):
        raise NotAllowed(_("Only who wrote it does that."))


def require_unanswered(thread: Thread) -> None:
    if thread.answered_at is not None:
        raise Conflict(_("It was answered already; write a reply instead."))
