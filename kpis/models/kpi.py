"""A KPI answers a question; what it means exactly is in its versions."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from kpis.models.dataset import Dataset
from kpis.models.scheduled import Scheduled
from personas.models import Blueprint, Question


class KPI(Scheduled, BaseModel):
    """A figure that a persona asked for, with somebody who answers for it.

    It is computed again at the times of its schedule; without one, after each ``refresh_every``.
    """

    class Category(models.TextChoices):
        CAPACITY = "capacity", _("Capacity")
        SPEED = "speed", _("Speed")
        QUALITY = "quality", _("Quality")
        EXPERIENCE = "experience", _("Experience")
        COST = "cost", _("Cost")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    question = models.ForeignKey(
        Question, models.PROTECT, related_name="kpis", verbose_name=_("question")
    )
    description = models.TextField(_("description"), blank=True)
    category = models.CharField(_("category"), max_length=10, choices=Category.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    steward = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("steward"),
    )  # fmt: skip
    baseline = models.FloatField(_("baseline"), null=True, blank=True)  # in the measure's own unit
    baseline_note = models.CharField(_("what the baseline is"), max_length=120, blank=True)
    refresh_every = models.DurationField(_("refresh every"), default=timedelta(hours=6))
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "KPI"
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("kpis:kpi-detail", args=[self.slug])

    def runs_ahead(self, *, now: datetime, count: int = 3) -> list[datetime]:
        """The next times after ``now``; none while nothing of it is published."""
        if self.next_due is None:
            return []
        if self.schedule:
            return super().runs_ahead(now=now, count=count)
        first = self.next_due
        if first <= now:
            first += ((now - first) // self.refresh_every + 1) * self.refresh_every
        return [first + turn * self.refresh_every for turn in range(count)]


class KPIVersion(BaseModel):
    """One definition. Published, it never changes; ``definition`` is the engine's JSON."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Superseded")
        RETIRED = "retired", _("Retired")

    class Unit(models.TextChoices):
        COUNT = "count", _("Count")
        PERCENT = "percent", _("Percent")
        DURATION = "duration", _("Duration")
        MONEY = "money", _("Money")
        NUMBER = "number", _("Number")

    class Direction(models.TextChoices):
        UP = "up", _("More is better")
        DOWN = "down", _("Less is better")
        BAND = "band", _("Best within a band")

    kpi = models.ForeignKey(KPI, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    dataset = models.ForeignKey(
        Dataset, models.PROTECT, related_name="kpi_versions", verbose_name=_("dataset")
    )
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    unit = models.CharField(_("unit"), max_length=8, choices=Unit.choices, default=Unit.COUNT)
    unit_label = models.CharField(_("unit's sign"), max_length=20, blank=True)
    precision = models.PositiveSmallIntegerField(_("decimals"), default=0)
    direction = models.CharField(
        _("direction"), max_length=4, choices=Direction.choices, default=Direction.UP
    )
    reason = models.CharField(_("why it changed"), max_length=240, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["kpi", "number"], name="kpi_number"),
            models.UniqueConstraint(
                fields=["kpi"], condition=Q(state="draft"), name="kpi_one_draft"
            ),
            models.UniqueConstraint(
                fields=["kpi"], condition=Q(state="published"), name="kpi_one_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi.name}, v{self.number}"


class KPIPart(models.Model):
    """A KPI from which a derived version is computed, under its name in the formula."""

    version = models.ForeignKey(KPIVersion, models.CASCADE, related_name="parts")
    name = models.CharField(max_length=40)
    kpi = models.ForeignKey(KPI, models.PROTECT, related_name="part_links")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="kpi_part_name")]

    def __str__(self) -> str:
        return f"{self.name} = {self.kpi}"


class Target(BaseModel):
    """What is good from a day on; past periods keep the target then in force.

    Up: good at or above ``good``, watch at or above ``watch``. Down: mirrored. Band: good inside
    ``[good, good_high]``, watch inside ``[watch, watch_high]``. In the measure's own unit; a share
    is a fraction of one. With a ``dimension`` it holds for one ``value`` of it alone, and there
    goes before what holds for all.
    """

    kpi = models.ForeignKey(KPI, models.CASCADE, related_name="targets")
    dimension = models.CharField(_("holds for"), max_length=200, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    valid_from = models.DateField(_("from"))
    good = models.FloatField(_("good"))
    watch = models.FloatField(_("watch"))
    good_high = models.FloatField(_("good, upper end"), null=True, blank=True)
    watch_high = models.FloatField(_("watch, upper end"), null=True, blank=True)

    class Meta:
        ordering = ["valid_from", "dimension", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "dimension", "value", "valid_from"], name="target_day"
            ),
            models.CheckConstraint(
                condition=Q(dimension="", value="") | (~Q(dimension="") & ~Q(value="")),
                name="target_of_a_value",
            ),
        ]

    @property
    def part(self) -> tuple[str, str] | None:
        """The dimension and the value that it holds for; None for all."""
        return (self.dimension, self.value) if self.dimension else None


class KPIDriver(BaseModel):
    """Somebody says that one KPI drives another, and why."""

    class Sign(models.TextChoices):
        WITH = "with", _("Rises with it")
        AGAINST = "against", _("Falls when it rises")

    kpi = models.ForeignKey(KPI, models.CASCADE, related_name="driver_links")
    driver = models.ForeignKey(
        KPI, models.CASCADE, related_name="driven_links", verbose_name=_("driver")
    )
    sign = models.CharField(_("how"), max_length=7, choices=Sign.choices, default=Sign.WITH)
    reason = models.CharField(_("why"), max_length=240)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "KPI driver"
        ordering = ["driver__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kpi", "driver"], name="kpi_driver_once"),
            models.CheckConstraint(condition=~Q(kpi=models.F("driver")), name="kpi_driver_other"),
        ]

    def __str__(self) -> str:
        return f"{self.driver} drives {self.kpi}"


class Verification(BaseModel):
    """Somebody other than the author has looked at a version and the data that it reads.

    ``fingerprint`` says what they looked at: once that is another, the mark no longer holds.
    """

    version = models.ForeignKey(KPIVersion, models.CASCADE, related_name="verifications")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    note = models.CharField(_("what was compared"), max_length=240)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        ordering = ["-pk"]


class StepMetric(BaseModel):
    """A KPI that is shown at a step of a blueprint."""

    blueprint = models.ForeignKey(Blueprint, models.CASCADE, related_name="step_metrics")
    step_key = models.CharField(max_length=12)
    kpi = models.ForeignKey(KPI, models.CASCADE, related_name="step_metrics")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["blueprint", "step_key", "kpi"], name="step_metric_once"
            )
        ]
