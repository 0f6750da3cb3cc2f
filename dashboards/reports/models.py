"""Who gets which dashboard by mail and when, and what became of each time."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import validate_time_zone
from ace_portal.jobs.models import Job
from ace_portal.lib.models import BaseModel
from ace_portal.notifications.models import Mail
from dashboards.content.models import Dashboard, Version
from dashboards.reports.schedule import DAILY, LAST_DAY, MONTHLY, WEEKLY, Schedule


class Subscription(BaseModel):
    """A dashboard under some filters, to one person, by a local clock.

    ``query`` are the filters as the address of the dashboard has them. ``next_due`` is in UTC, and
    empty while it is paused.
    """

    class Every(models.TextChoices):
        DAILY = DAILY, _("Every day")
        WEEKLY = WEEKLY, _("Every week")
        MONTHLY = MONTHLY, _("Every month")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="report_subscriptions",
        verbose_name=_("for"),
    )  # fmt: skip
    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="report_subscriptions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    query = models.CharField(_("filters"), max_length=2000, blank=True)
    every = models.CharField(_("how often"), max_length=7, choices=Every.choices)
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), default=0, choices=sorted(WEEKDAYS.items())
    )
    day = models.PositiveSmallIntegerField(
        _("day of the month"), default=1,
        validators=[MinValueValidator(1), MaxValueValidator(LAST_DAY)],
    )  # fmt: skip
    hour = models.PositiveSmallIntegerField(_("hour"), validators=[MaxValueValidator(23)])
    minute = models.PositiveSmallIntegerField(
        _("minute"), default=0, validators=[MaxValueValidator(59)]
    )
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    skip_empty = models.BooleanField(_("leave out what is empty"), default=True)
    active = models.BooleanField(_("active"), default=True)
    next_due = models.DateTimeField(null=True, blank=True, db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # by the link in a mail

    class Meta:
        ordering = ["dashboard__name", "pk"]

    def __str__(self) -> str:
        return f"{self.dashboard.name}, {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("dashboards:report-detail", args=[self.pk])

    @property
    def open_to_reader(self) -> bool:
        """Whether the reader may open the dashboard, as ``selectors.subscriptions_for`` found."""
        return bool(getattr(self, "known", False))

    @property
    def title(self) -> str:
        """The dashboard's name; what is closed to the reader since is not named any more."""
        if self.open_to_reader:
            return self.dashboard.name
        return _now("A dashboard that is not open to you any more")

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.every, self.hour, self.minute, self.zone, self.weekday, self.day)

    @property
    def clock(self) -> str:
        return f"{self.hour:02}:{self.minute:02}"

    @property
    def schedule_words(self) -> str:
        """ "Every week, Monday, 08:00 (Europe/Berlin)"."""
        parts = [str(self.get_every_display())]
        if self.every == self.Every.WEEKLY:
            parts.append(str(self.get_weekday_display()))
        if self.every == self.Every.MONTHLY:
            parts.append(_now("day %(n)d") % {"n": self.day})
        return f"{', '.join(parts)}, {self.clock} ({self.zone})"

    def upcoming(self, now: datetime) -> list[datetime]:
        """The next three sends; none while it is paused."""
        return self.schedule.upcoming(now) if self.active else []


class ReportRun(BaseModel):
    """What became of one due time: queued, rendered, and sent, failed or skipped with a reason."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RENDERED = "rendered", _("Written")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Left out")

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="runs")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=300, blank=True)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    mail = models.ForeignKey(Mail, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(  # empty: the clock
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    missing = models.PositiveSmallIntegerField(default=0)  # tiles that could not be shown
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-due_at", "-pk"]
        indexes = [models.Index(fields=["state"])]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "due_at"], name="report_once_per_time")
        ]

    def __str__(self) -> str:
        return f"{self.subscription} {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def pill(self) -> str:
        return {"sent": "good", "failed": "bad", "skipped": "watch"}.get(self.state, "none")
