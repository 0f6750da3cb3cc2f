"""Data as it came in: files, loads, and datasets prepared from them by SQL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import validate_time_zone
from ace_portal.jobs.models import Job
from ace_portal.lib.models import BaseModel
from kpis.models.arriving import Arriving, OverlapUnit
from kpis.models.scheduled import Scheduled
from kpis.models.source import DataSource

MOST_KEPT = 50


class Upload(BaseModel):
    """A file that a person sent, kept as it came under the uploads folder.

    Or the first rows of an address: ``source`` is where they come from, ``asked`` what for.
    """

    name = models.CharField(_("file"), max_length=200)
    path = models.CharField(max_length=200)  # below settings.UPLOADS_DIR
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, default="csv")  # of kpis.sources.registry
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    profile = models.JSONField(default=dict)
    source = models.ForeignKey(
        DataSource, models.CASCADE, null=True, blank=True, related_name="samples"
    )
    asked = models.JSONField(default=dict, blank=True)  # kpis.sources.http.asking

    differences: Sequence[Any] = ()  # from a load, where somebody asked for them

    def __str__(self) -> str:
        return self.name

    @property
    def file(self) -> Path:
        return Path(settings.UPLOADS_DIR) / self.path


class Dataset(Arriving, Scheduled, BaseModel):
    """A table that KPIs are computed from; ``live`` is the load that everybody sees.

    ``held`` is the newest load that a check keeps from going live, until a newer one does. Its
    schedule says when its source is asked, or its query run, again.
    """

    class Kind(models.TextChoices):
        FILE = "file", _("File")
        PREPARED = "prepared", _("Prepared by SQL")
        SOURCE = "source", _("From a source")

    class Placement(models.TextChoices):
        EXTRACT = "extract", _("Copied at each load")
        LIVE = "live", _("Asked where it lies")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("what one row is"), blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    time_zone = models.CharField(
        _("time zone of stamps without one"), max_length=64, default="UTC",
        validators=[validate_time_zone],
    )  # fmt: skip
    options = models.JSONField(default=dict)  # how the file is read: kpis.sources Options
    sql = models.TextField(_("SQL"), blank=True)
    inputs: models.ManyToManyField[Dataset, DatasetInput] = models.ManyToManyField(
        "self", through="DatasetInput", symmetrical=False, related_name="used_by"
    )
    source = models.ForeignKey(
        DataSource, models.PROTECT, null=True, blank=True, related_name="datasets",
        verbose_name=_("data source"),
    )  # fmt: skip
    asked = models.JSONField(
        default=dict, blank=True
    )  # of a source: {"schema", "table"}, {"sql"} or that of kpis.sources.http.asking
    placement = models.CharField(
        _("where its rows are"), max_length=8, choices=Placement.choices,
        default=Placement.EXTRACT,
    )  # fmt: skip
    #: of a source: only rows after the greatest value of this column are read; empty: all rows
    mark_column = models.CharField(_("column that grows"), max_length=200, blank=True)
    overlap = models.PositiveIntegerField(_("overlap"), default=0)
    overlap_unit = models.CharField(
        _("unit of the overlap"), max_length=5, choices=OverlapUnit.choices, blank=True, default=""
    )
    live = models.ForeignKey("kpis.Load", models.PROTECT, null=True, blank=True, related_name="+")
    held = models.ForeignKey("kpis.Load", models.PROTECT, null=True, blank=True, related_name="+")
    behind = models.BooleanField(default=False)  # it, or what it is made from, has a load held back
    #: whose row policy its rows obey: its own, or that of what it is made from; none: all see all
    limited_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="limits"
    )
    keep = models.PositiveSmallIntegerField(
        _("earlier loads to keep"), default=5, validators=[MaxValueValidator(MOST_KEPT)]
    )

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("kpis:dataset-detail", args=[self.slug])

    @property
    def is_live(self) -> bool:
        """Nothing is copied: figures are asked at the source."""
        return self.placement == self.Placement.LIVE

    @property
    def counting_zone(self) -> str:
        """By whose days KPIs over it count, unless somebody says otherwise.

        Rows of a query, and those of a source that nobody gave a zone, are instants: the portal's.
        """
        given = self.kind == self.Kind.FILE or self.time_zone != "UTC"
        return self.time_zone if given else settings.DEFAULT_USER_TIME_ZONE

    @property
    def table_name(self) -> str:
        """What SQL calls it."""
        return self.slug.replace("-", "_")


class DatasetInput(models.Model):
    """A prepared dataset reads another under its slug (with ``_`` for ``-``)."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="input_links")
    source = models.ForeignKey(Dataset, models.PROTECT, related_name="output_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "source"], name="dataset_input_once"),
            models.CheckConstraint(condition=~Q(dataset=models.F("source")), name="input_not_self"),
        ]


class Load(Arriving, BaseModel):
    """One immutable snapshot of a dataset: a Parquet file and what is known about it."""

    class State(models.TextChoices):
        STAGED = "staged", _("Staged")
        CHECKED = "checked", _("Checked")
        LIVE = "live", _("Live")
        SUPERSEDED = "superseded", _("Superseded")
        REJECTED = "rejected", _("Rejected")
        COLLECTED = "collected", _("Collected")

    OPEN = (State.STAGED, State.CHECKED)

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="loads")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.STAGED)
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, blank=True, related_name="loads")
    options = models.JSONField(default=dict)
    job = models.OneToOneField(Job, models.PROTECT, null=True, blank=True, related_name="load")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    path = models.CharField(max_length=200, blank=True)  # below settings.LOADS_DIR
    rows = models.BigIntegerField(null=True, blank=True)
    bytes = models.BigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    columns: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list
    )  # [{"name", "type", "nulls", …}]
    report = models.JSONField(default=dict)  # rows left out, stamps moved, rows merged, drift, …
    checks: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list
    )  # what each check came to: services.checks
    as_of = models.DateTimeField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)  # of rows that hold days without a time
    seconds = models.FloatField(null=True, blank=True)
    error = models.TextField(blank=True)
    live_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=240, blank=True)  # why it was made live by hand

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="load_number"),
            models.UniqueConstraint(
                fields=["dataset"], condition=Q(state="live"), name="load_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset.name}, load {self.number}"

    @property
    def file(self) -> Path:
        return Path(settings.LOADS_DIR) / self.path

    @property
    def has_file(self) -> bool:
        """Whether the rows are here: a look at a live source copies none."""
        return bool(self.path) and self.file.is_file()

    @property
    def is_open(self) -> bool:
        """Still on its way: a worker has it or will have it."""
        return self.state in self.OPEN and self.job is not None and self.job.is_open

    @property
    def trouble(self) -> str:
        """Why it came to nothing; empty for a load that did not fail."""
        if self.state in self.OPEN and self.job is not None and not self.job.is_open:
            return self.job.error or str(_("This load was stopped."))
        return self.error

    @property
    def failed_checks(self) -> list[dict[str, Any]]:
        return [result for result in self.checks if result["failed"]]

    @property
    def is_held(self) -> bool:
        """Nothing but a check keeps it from going live, and its file is still there."""
        blocked = any(result["blocking"] for result in self.failed_checks)
        return self.state == self.State.REJECTED and blocked and bool(self.path)

    @property
    def state_word(self) -> str:
        """Its state as the pages of a dataset say it."""
        return str(_("Held back")) if self.is_held else str(self.get_state_display())

    @property
    def types(self) -> dict[str, str]:
        """Column → text | integer | number | boolean | date | timestamp."""
        return {column["name"]: column["type"] for column in self.columns}
