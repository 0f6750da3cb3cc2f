"""Is it right, and can people use it: one run over a frozen version, and what it found."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from dashboards.content.models import Dashboard, Version
from kpis.models import KPIVersion

PERSON = settings.AUTH_USER_MODEL
LONGEST_SECONDS = 4 * 3600
STATEMENTS = 10


class Sealed(models.QuerySet[Any]):
    """Nothing done to many rows at once reaches what belongs to a signed run."""

    def update(self, **fields: Any) -> int:
        self._refuse_signed()
        return super().update(**fields)

    def bulk_update(self, objs: Any, *args: Any, **kwargs: Any) -> int:
        rows = list(objs)
        type(self)(self.model).filter(pk__in=[row.pk for row in rows])._refuse_signed()
        return super().bulk_update(rows, *args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_signed()
        return super().delete()

    def _refuse_signed(self) -> None:
        if self.filter(**{f"{self.model.STATE}": ValidationRun.State.SIGNED}).exists():
            raise TypeError("a signed validation run never changes")


class OfRun(BaseModel):
    """A run, or a part of one: signed, it can neither be written nor deleted."""

    STATE = "run__state"  # where a row finds the state of its run

    objects = Sealed.as_manager()

    class Meta:
        abstract = True

    @property
    def run_pk(self) -> int | None:
        return self.run_id  # type: ignore[attr-defined,no-any-return]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_signed()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_signed()
        return super().delete(*args, **kwargs)

    def _refuse_signed(self) -> None:
        signed = ValidationRun.objects.filter(state=ValidationRun.State.SIGNED)
        if signed.filter(pk=self.run_pk).exists():
            raise TypeError("a signed validation run never changes")


class ValidationRun(OfRun):
    """What was found about a version as it was frozen: ``sha256`` is that of its document.

    A version that was thawed and changed has another one, and needs another run.
    """

    STATE = "state"

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SIGNED = "signed", _("Signed")

    class Access(models.TextChoices):
        UNKNOWN = "unknown", _("Not looked at yet")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="validation_runs")
    version = models.ForeignKey(Version, models.CASCADE, related_name="validation_runs")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    begun_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    note = models.TextField(_("what to know about it"), blank=True)
    keyboard = models.CharField(
        _("everything works by keyboard"), max_length=7, choices=Access.choices,
        default=Access.UNKNOWN,
    )  # fmt: skip
    contrast = models.CharField(
        _("contrast is enough, light and dark"), max_length=7, choices=Access.choices,
        default=Access.UNKNOWN,
    )  # fmt: skip
    access_note = models.TextField(_("how that was looked at"), blank=True)
    signed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    owner_then = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "sha256"], condition=Q(state="open"), name="validation_one_open"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="open",
                    signed_by__isnull=True,
                    owner_then__isnull=True,
                    signed_at__isnull=True,
                )
                | Q(
                    ~Q(signed_by=F("owner_then")),
                    state="signed",
                    signed_by__isnull=False,
                    owner_then__isnull=False,
                    signed_at__isnull=False,
                ),
                name="validation_signed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("dashboards:validation-run", args=[self.dashboard.slug, self.pk])

    @property
    def run_pk(self) -> int | None:
        return self.pk

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_current(self) -> bool:
        """Whether the version is still the one that people answered about."""
        return self.sha256 == self.version.sha256


class Task(OfRun):
    """What a pilot should find out; ``expected`` is for the ACE alone."""

    run = models.ForeignKey(ValidationRun, models.CASCADE, related_name="tasks")
    order = models.PositiveSmallIntegerField(_("place"), default=1)
    text = models.CharField(_("what to find out"), max_length=300)
    expected = models.CharField(_("the right answer"), max_length=200, blank=True)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text


class TaskResult(OfRun):
    """How one person did with one task; ``seconds`` is empty where nobody took the time."""

    STATE = "task__run__state"

    task = models.ForeignKey(Task, models.CASCADE, related_name="results")
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("person"))
    success = models.BooleanField(_("found it"))
    answer = models.CharField(_("their answer"), max_length=200, blank=True)
    seconds = models.PositiveIntegerField(
        _("seconds"), null=True, blank=True, validators=[MaxValueValidator(LONGEST_SECONDS)]
    )
    comment = models.TextField(_("comment"), blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")  # not the person: beside them

    class Meta:
        ordering = ["task__order", "task", "pk"]
        constraints = [models.UniqueConstraint(fields=["task", "person"], name="task_result_once")]

    @property
    def run_pk(self) -> int | None:
        return self.task.run_id


def validate_answers(value: Any) -> None:
    """Ten whole numbers, one to five."""
    good = isinstance(value, list) and len(value) == STATEMENTS
    if not good or not all(type(n) is int and 1 <= n <= 5 for n in value):
        raise ValidationError(_("Ten answers, each from 1 to 5."))


class SusAnswer(OfRun):
    """The System Usability Scale as one person answered it, once a run."""

    run = models.ForeignKey(ValidationRun, models.CASCADE, related_name="sus_answers")
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    answers = models.JSONField(validators=[validate_answers])
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="sus_answer_once")]


class Reconciliation(OfRun):
    """A figure of the source system beside the product's own, as it was computed then.

    ``start`` and ``end`` are both included. ``expected``, ``actual`` and ``difference`` are as
    people read them: a share in percent, a duration in the KPI's unit. ``column`` is empty where
    nothing was filtered; ``value`` is as an address has it.
    """

    run = models.ForeignKey(ValidationRun, models.CASCADE, related_name="reconciliations")
    kpi_version = models.ForeignKey(KPIVersion, models.PROTECT, related_name="+")
    start = models.DateField(_("from"))
    end = models.DateField(_("to"))
    column = models.CharField(max_length=120, blank=True)
    label = models.CharField(max_length=60, blank=True)  # of the filter, as the page names it
    value = models.CharField(_("value"), max_length=200, blank=True)
    expected = models.DecimalField(_("in the source"), max_digits=20, decimal_places=6)
    actual = models.DecimalField(_("here"), max_digits=20, decimal_places=6)
    difference = models.DecimalField(_("difference"), max_digits=20, decimal_places=6)
    met = models.BooleanField()
    as_of = models.DateTimeField(null=True, blank=True)  # how far the data went
    source = models.TextField(_("where the figure is from"))
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["start", "end", "pk"]
