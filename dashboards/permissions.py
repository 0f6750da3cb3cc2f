"""Who may do what to dashboards and their versions."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, NotAllowed
from dashboards.content.models import Dashboard
from kpis.permissions import manages_data
from personas.permissions import require_ace


def is_owner(user: User, dashboard: Dashboard) -> bool:
    return user.is_active and user.is_ace and dashboard.owner_id == user.pk


def may_edit(user: User, dashboard: Dashboard) -> bool:
    """The owner, and the ACE members whom the owner has named, while it is not archived."""
    return not dashboard.is_over and _is_editor(user, dashboard)


def _is_editor(user: User, dashboard: Dashboard) -> bool:
    if is_owner(user, dashboard):
        return True
    return user.is_active and user.is_ace and dashboard.editors.filter(pk=user.pk).exists()


def may_vouch(user: User, dashboard: Dashboard) -> bool:
    """Decide at its gates, sign its runs: who is of the ACE, does not own it and never has."""
    if not (user.is_active and user.is_ace) or dashboard.owner_id == user.pk:
        return False
    return not dashboard.former_owners.filter(pk=user.pk).exists()


def may_see_rows(user: User, dashboard: Dashboard) -> bool:
    """Who manages data; who may open the dashboard where it lets its readers see single rows."""
    return manages_data(user) or dashboard.shows_rows


def require_rows(user: User, dashboard: Dashboard) -> None:
    if not may_see_rows(user, dashboard):
        raise NotAllowed(
            _("Single rows are not open here. %(owner)s, who owns this, can open them.")
            % {"owner": dashboard.owner}
        )


def require_owner(user: User, dashboard: Dashboard) -> None:
    require_ace(user)
    if not is_owner(user, dashboard):
        raise NotAllowed(
            _("Only %(owner)s, who owns this, does that.") % {"owner": dashboard.owner}
        )


def may_hand_over(user: User, dashboard: Dashboard) -> bool:
    """Its owner; an editor where the owner is not at work any more."""
    if dashboard.is_over or not _is_editor(user, dashboard):
        return False
    return is_owner(user, dashboard) or not dashboard.owner.is_active


def require_handing_over(user: User, dashboard: Dashboard) -> None:
    require_editor(user, dashboard)
    if not may_hand_over(user, dashboard):
        raise NotAllowed(_("Only the owner hands a dashboard over."))


def require_editor(user: User, dashboard: Dashboard) -> None:
    require_ace(user)
    if not _is_editor(user, dashboard):
        raise NotAllowed(
            _("Only %(owner)s, who owns this, and its editors change it.")
            % {"owner": dashboard.owner}
        )
    require_under_way(dashboard)


def require_under_way(dashboard: Dashboard) -> None:
    """Whoever it is: what is archived is only read."""
    if dashboard.is_over:
        raise Conflict(_("It is archived and only read: its owner can bring it back."))
