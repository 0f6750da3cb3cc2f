"""What happens again by the clock."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import validate_time_zone
from ace_portal.lib.schedule import next_runs


class Scheduled(models.Model):
    """``schedule`` is as ``ace_portal.lib.schedule`` has it; empty: nothing happens by itself."""

    schedule = models.CharField(_("schedule"), max_length=100, blank=True)
    schedule_zone = models.CharField(
        _("time zone of the schedule"), max_length=64, default="UTC",
        validators=[validate_time_zone],
    )  # fmt: skip
    next_due = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        abstract = True

    def runs_ahead(self, *, now: datetime, count: int = 3) -> list[datetime]:
        """The next times after ``now``, in the schedule's zone; none without a schedule."""
        if not self.schedule:
            return []
        return next_runs(self.schedule, self.schedule_zone, now, count)

    def following(self, *, now: datetime) -> datetime | None:
        """The next time after ``now``; None where it never comes again."""
        return next(iter(self.runs_ahead(now=now, count=1)), None)
