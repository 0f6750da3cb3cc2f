"""One writer of a dashboard after the other; the rights are those of the row that is held."""

from __future__ import annotations

from dashboards.content.models import Dashboard
from dashboards.permissions import require_under_way


def locked(dashboard: Dashboard) -> Dashboard:
    """As it is now, whatever was on the page, locked for this transaction."""
    return Dashboard.objects.select_for_update().get(pk=dashboard.pk)


def locked_under_way(dashboard: Dashboard) -> Dashboard:
    """The same, if it may be written to: taken before any other lock, what is archived refused."""
    row = locked(dashboard)
    require_under_way(row)
    return row
