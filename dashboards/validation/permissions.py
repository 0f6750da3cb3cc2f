"""Who validates a version, who answers, who signs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed, NotVisible
from dashboards.content.models import Dashboard
from dashboards.permissions import may_vouch
from dashboards.prototypes.permissions import is_pilot
from personas.permissions import require_ace


def require_signer(user: User, dashboard: Dashboard) -> None:
    require_ace(user)
    if not may_vouch(user, dashboard):
        raise NotAllowed(
            _("You own this dashboard or have owned it: somebody else of the ACE signs.")
        )


def require_answerer(user: User, dashboard: Dashboard, person: User) -> None:
    """A pilot answers for themself, the ACE also for a pilot whom they sit beside."""
    if person.pk == user.pk:
        if not is_pilot(user, dashboard):
            if not user.is_ace:
                raise NotVisible("")
            raise NotAllowed(_("Only the pilots of this dashboard answer."))
        return
    if not user.is_ace:
        raise NotVisible("")
    require_ace(user)
