"""What was measured, as it was reported then."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ace_portal.jobs.models import Job
from ace_portal.lib.models import BaseModel
from kpis.models.dataset import Load
from kpis.models.kpi import KPI, KPIVersion


class Refresh(BaseModel):
    """One attempt to compute a KPI; a failed one changes no figure."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Cause(models.TextChoices):
        SCHEDULE = "schedule", _("Schedule")
        DEMAND = "demand", _("On demand")
        LOAD = "load", _("New load")

    kpi = models.ForeignKey(KPI, models.CASCADE, related_name="refreshes")
    version = models.ForeignKey(KPIVersion, models.PROTECT, related_name="refreshes")
    load = models.ForeignKey(Load, models.PROTECT, null=True, blank=True, related_name="refreshes")
    #: of a derived KPI what it was made of, as kpis.asking.Answer says it
    basis = models.CharField(max_length=16, blank=True, default="")
    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    cause = models.CharField(max_length=8, choices=Cause.choices)
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="refreshes")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    error = models.TextField(blank=True)
    seconds = models.FloatField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    #: when its figures were held against what season and trend explain, and what came of it
    looked_at = models.DateTimeField(null=True, blank=True)
    looked = models.CharField(max_length=20, blank=True)  # how, as kpis.services.looking says it

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state="done", looked_at__isnull=True),
                name="refresh_to_look_at",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kpi} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """Still on its way: a worker has it or will have it."""
        return self.state == self.State.QUEUED and self.job is not None and self.job.is_open

    @property
    def trouble(self) -> str:
        """Why it came to nothing; empty where it did not fail."""
        if self.state == self.State.QUEUED and not self.is_open:
            stopped = str(_("The work was stopped."))
            return stopped if self.job is None else self.job.error or stopped
        return self.error


class Measurement(BaseModel):
    """One period's figure of one version over one load, in full precision.

    A derived KPI has many loads: ``load`` is the newest of them, ``basis`` tells them apart.
    """

    version = models.ForeignKey(KPIVersion, models.CASCADE, related_name="measurements")
    load = models.ForeignKey(Load, models.PROTECT, related_name="measurements")
    refresh = models.ForeignKey(Refresh, models.CASCADE, related_name="measurements")
    basis = models.CharField(max_length=16, blank=True, default="")
    grain = models.CharField(max_length=8)
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    state = models.CharField(max_length=10)  # kpis.engine.result.State
    value = models.FloatField(null=True, blank=True)
    numerator = models.FloatField(null=True, blank=True)
    denominator = models.FloatField(null=True, blank=True)
    rows = models.BigIntegerField(default=0)
    partial = models.BooleanField(default=False)
    #: what season and trend explain, and from where to where it is usual; of what was looked at
    expected = models.FloatField(null=True, blank=True)
    usual_low = models.FloatField(null=True, blank=True)
    usual_high = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["period_start"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "load", "basis", "grain", "period_start"],
                name="measurement_once",
            )
        ]

    @property
    def data(self) -> tuple[int, str]:
        """What it was measured over: the same for figures that lie side by side."""
        return self.load_id, self.basis

    @property
    def is_unusual(self) -> bool:
        """Whether season and trend do not explain it."""
        if self.value is None or self.usual_low is None or self.usual_high is None:
            return False
        return not self.usual_low <= self.value <= self.usual_high
