"""What happens to a dashboard from problem to retirement."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from ace_portal.lib.models import BaseModel
from dashboards.content.models import Dashboard
from personas.models import UserGroup


class Launch(BaseModel):
    """A dashboard was opened to a group; the first one begins its life in use."""

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="launches")
    group = models.ForeignKey(UserGroup, models.PROTECT, related_name="launches")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["dashboard", "group"],
                condition=models.Q(ended_at__isnull=True),
                name="launch_once_per_group",
            )
        ]
