"""Where a dashboard is shown in somebody else's page."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from ace_portal.lib.models import BaseModel
from dashboards.content.models import Dashboard


class Embed(BaseModel):
    """A link to the released figures that needs no sign-in, for the pages of some origins."""

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="embeds")
    #: "https://intranet.example.org", without a path; none: it is opened by itself alone
    origins: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.dashboard}, link {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and timezone.now() < self.expires_at


class EmbedDay(models.Model):
    """How often a link was opened on a day: by nobody in particular, so apart from people's views.

    ``day`` is one of the site's.
    """

    embed = models.ForeignKey(Embed, models.CASCADE, related_name="days")
    day = models.DateField()
    views = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["embed", "day"], name="embed_day_once")]

    def __str__(self) -> str:
        return f"{self.embed}, {self.day}"
