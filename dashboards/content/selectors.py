"""Which dashboards and versions a person may read."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.models import Launch
from personas.selectors import first_or_404, memberships_today


def dashboards_for(user: User) -> QuerySet[Dashboard]:
    """All for the ACE; a member those launched to a group that they are in today."""
    dashboards = Dashboard.objects.select_related("persona", "owner")
    if user.is_ace:
        return dashboards
    open_to_me = Launch.objects.filter(
        dashboard=OuterRef("pk"),
        ended_at__isnull=True,
        group__in=memberships_today(user).values("group"),
    )
    released = Version.objects.filter(dashboard=OuterRef("pk"), state=Version.State.RELEASED)
    return dashboards.exclude(status=Dashboard.Status.RETIRED).filter(
        Exists(open_to_me), Exists(released)
    )


def dashboard_for(user: User, slug: str) -> Dashboard:
    return first_or_404(dashboards_for(user).filter(slug=slug))


def released_of(dashboard: Dashboard) -> Version | None:
    """The version that members see."""
    return dashboard.versions.filter(state=Version.State.RELEASED).first()
