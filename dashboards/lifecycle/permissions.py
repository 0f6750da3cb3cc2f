"""Who decides at a gate."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed
from dashboards.content.models import Dashboard
from dashboards.permissions import is_owner, may_vouch
from personas.permissions import require_ace


def may_restore(user: User, dashboard: Dashboard) -> bool:
    """Its owner, or an administrator, whether they may read it or not."""
    if dashboard.status != Dashboard.Status.ARCHIVED:
        return False
    return is_owner(user, dashboard) or (user.is_active and user.is_admin)


def require_restorer(user: User, dashboard: Dashboard) -> None:
    if not (is_owner(user, dashboard) or (user.is_active and user.is_admin)):
        raise NotAllowed(_("Its owner or an administrator brings it back."))


def require_decider(user: User, dashboard: Dashboard) -> None:
    require_ace(user)
    if not may_vouch(user, dashboard):
        raise NotAllowed(
            _("Nobody passes the gates of what they own or have owned: ask an ACE colleague.")
        )
