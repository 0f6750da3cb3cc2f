"""Who tries a version before it is released, and what was learned while they did."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from dashboards.content.models import Dashboard, Version

MAX_WHY = 2_000  # of why a frozen version has to change after all


class Pilot(BaseModel):
    """A named tester of whatever a dashboard has to try; the row is open until they are done."""

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="pilots")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dashboard", "user"], condition=Q(ended_at__isnull=True), name="pilot_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.dashboard}"


class Walkthrough(BaseModel):
    """One person of the persona, one version, side by side: what they did, what was changed."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="walkthroughs")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("with")
    )
    held_on = models.DateField(_("held on"))
    notes = models.TextField(_("what they did and said"))
    changes = models.TextField(_("what was changed because of it"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.version}: {self.person}, {self.held_on}"
