"""Who may write what came of a decision: who made it, and the ACE."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed
from dashboards.usage.models import Decision


def may_conclude(user: User, decision: Decision) -> bool:
    return user.is_active and (user.is_ace or decision.by_id == user.pk)


def require_conclusion(user: User, decision: Decision) -> None:
    if not may_conclude(user, decision):
        raise NotAllowed(_("Only who made the decision and the ACE team say what came of it."))
