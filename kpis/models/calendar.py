"""When people work, for durations that count working hours alone."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import validate_time_zone
from ace_portal.lib.models import BaseModel


class WorkCalendar(BaseModel):
    """Weekly hours and holidays under a name. A KPI version keeps a copy of what it was then."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    week: models.JSONField[Any, Any] = models.JSONField()  # per weekday [["09:00", "17:00"], …]
    holidays: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("kpis:calendar-edit", args=[self.slug])

    @property
    def content(self) -> dict[str, Any]:
        """What a definition takes over, as the engine reads it."""
        return {
            "name": self.name, "zone": self.time_zone, "week": self.week,
            "holidays": self.holidays,
        }  # fmt: skip
