"""Who may do what to a subscription: its person and the ACE."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed
from dashboards.reports.models import Subscription


def may_steer(user: User, subscription: Subscription) -> bool:
    return user.is_active and (user.is_ace or subscription.person_id == user.pk)


def require_steering(user: User, subscription: Subscription) -> None:
    if not may_steer(user, subscription):
        raise NotAllowed(_("Only who gets this report and the ACE team do that."))
