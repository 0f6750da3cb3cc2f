"""Who tries a prototype, and who may say so."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from dashboards.content.models import Dashboard
from dashboards.prototypes.models import Pilot


def is_pilot(user: User, dashboard: Dashboard) -> bool:
    """Named by the owner, and not done yet."""
    rows = Pilot.objects.filter(dashboard=dashboard, user=user, ended_at__isnull=True)
    return user.is_active and rows.exists()


def require_pilot_named(person: User, dashboard: Dashboard) -> None:
    """The person of a form is a pilot: only they have tried it."""
    if not is_pilot(person, dashboard):
        raise Invalid(
            _("%(person)s is no pilot of this dashboard.") % {"person": person}, field="person"
        )
