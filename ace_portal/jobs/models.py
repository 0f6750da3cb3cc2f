"""Work that must not get lost: a row first, a message second."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel


class JobQuerySet(models.QuerySet["Job"]):
    def due(self, now: datetime) -> JobQuerySet:
        """Queued and allowed to run now, what waits longest first."""
        rows = self.filter(state=Job.State.QUEUED, run_after__lte=now)
        return rows.order_by("run_after", "pk")

    def abandoned(self, now: datetime) -> JobQuerySet:
        """Running under a lease that nobody renews any more, the longest so first."""
        rows = self.filter(state__in=Job.HELD, lease_until__lt=now)
        return rows.order_by("lease_until", "pk")


class Job(BaseModel):
    """One piece of work. ``progress`` runs from 0 to 1; ``lease_token`` says whose turn it is.

    ``place`` names what bears only so much work at once: what runs holds a place there, what is
    queued waits for one.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        DEAD = "dead", _("Given up")
        CANCELLING = "cancelling", _("Stopping")
        CANCELLED = "cancelled", _("Stopped")

    TROUBLED = (State.FAILED, State.DEAD)
    OPEN = (State.QUEUED, State.RUNNING, State.CANCELLING)
    HELD = (State.RUNNING, State.CANCELLING)

    kind = models.CharField(max_length=60, db_index=True)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=200, blank=True)
    queue = models.CharField(max_length=20, default="default")
    place = models.CharField(max_length=40, blank=True, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    run_after = models.DateTimeField()
    lease_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    progress = models.FloatField(default=0)
    note = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "run_after"]),
            models.Index(fields=["place"], condition=~Q(place=""), name="job_place"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=~Q(key="") & Q(state__in=["queued", "running", "cancelling"]),
                name="job_one_open_per_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def waits_for_place(self) -> bool:
        """Whether a worker would do it, if there were not so much at work there already."""
        return self.state == self.State.QUEUED and bool(self.place)

    @property
    def percent(self) -> int:
        return round(self.progress * 100)

    @property
    def lasts(self) -> timedelta | None:
        """How long it took, or has taken so far; None while it waits."""
        if self.started_at is None:
            return None
        return (self.finished_at or timezone.now()) - self.started_at

    @property
    def seconds(self) -> float | None:
        if not (self.started_at and self.finished_at):
            return None
        return (self.finished_at - self.started_at).total_seconds()
