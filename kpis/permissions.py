"""Who may do what to data and KPIs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed
from kpis.models import KPI, Dataset
from personas.permissions import require_ace


def manages_data(user: User) -> bool:
    """An ACE member with the right to manage data."""
    return user.is_active and user.is_ace and user.may_manage_data


def require_data(user: User) -> None:
    if not manages_data(user):
        raise NotAllowed(
            _("Only ACE members who manage data do this. An administrator gives the right.")
        )


def require_dataset_owner(user: User, dataset: Dataset) -> None:
    require_data(user)
    if dataset.owner_id != user.pk:
        raise NotAllowed(_("Only %(owner)s, who owns this, does that.") % {"owner": dataset.owner})


def may_publish(user: User, kpi: KPI) -> bool:
    """The owner and the steward, as long as they are ACE members."""
    return user.is_active and user.is_ace and user.pk in {kpi.owner_id, kpi.steward_id}


def require_publisher(user: User, kpi: KPI) -> None:
    require_ace(user)
    if not may_publish(user, kpi):
        raise NotAllowed(
            _("Only the owner of this KPI, %(owner)s, and its steward do that.")
            % {"owner": kpi.owner}
        )


def may_set_target(user: User, kpi: KPI, *, published: bool) -> bool:
    """Owner and steward; before anything is published, every ACE member."""
    return may_publish(user, kpi) or (user.is_active and user.is_ace and not published)


def require_kpi_owner(user: User, kpi: KPI) -> None:
    require_ace(user)
    if kpi.owner_id != user.pk:
        raise NotAllowed(_("Only %(owner)s, who owns this KPI, does that.") % {"owner": kpi.owner})
