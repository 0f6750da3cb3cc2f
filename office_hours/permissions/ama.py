"""Who may do what in a session: its host leads it, the ACE moderates."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed
from office_hours.models import AMAQuestion, AMASession
from personas.permissions import require_ace


def is_host(user: User, session: AMASession) -> bool:
    return user.is_active and user.is_ace and session.host_id == user.pk


def may_moderate(user: User) -> bool:
    """The host is of the ACE, and all of the ACE moderate."""
    return user.is_active and user.is_ace


def may_change_question(user: User, question: AMAQuestion) -> bool:
    """Moderators until it is answered, its author until it is published."""
    states = AMAQuestion.State
    if may_moderate(user):
        return question.state in {states.PENDING, states.PUBLISHED, states.ASKED}
    return user.is_active and question.author_id == user.pk and question.state == states.PENDING


def knows_author(user: User, question: AMAQuestion) -> bool:
    return not question.without_name or may_moderate(user) or question.author_id == user.pk


def require_host(user: User, session: AMASession) -> None:
    require_ace(user)
    if not is_host(user, session):
        raise NotAllowed(_("Only %(host)s, who leads it, does that.") % {"host": session.host})


def may_close(user: User, session: AMASession) -> bool:
    """Its host; where the host has left, anybody of the ACE, else nobody could."""
    left = not (session.host.is_active and session.host.is_ace)
    return is_host(user, session) or (left and may_moderate(user))


def require_closer(user: User, session: AMASession) -> None:
    if not may_close(user, session):
        require_host(user, session)


def require_question_hand(user: User, question: AMAQuestion) -> None:
    """Whoever may ever change it: its author and the moderators."""
    if not (may_moderate(user) or (user.is_active and question.author_id == user.pk)):
        raise NotAllowed(_("Only who asked it and the moderators change it."))
