"""A dashboard is the MVP: one row from problem to retirement; what it shows is in its versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from kpis.models import KPIVersion
from personas.models import Persona, UserGroup

MOST_KPIS = 7  # what shows more is no minimum


class Dashboard(BaseModel):
    """The problem, the hypothesis, whom it is for, how far it is."""

    class Stage(models.IntegerChoices):
        PROBLEM = 1, _("Problem and KPIs")
        PERSONA = 2, _("Persona and group")
        FEATURES = 3, _("Key features")
        DESIGN = 4, _("Design and develop")
        PROTOTYPE = 5, _("Prototype")
        VALIDATE = 6, _("Test and validate")
        LAUNCH = 7, _("Launch")
        ITERATE = 8, _("Iterate")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        WATCH = "watch", _("Watch")
        NOTICE = "notice", _("Notice")
        ARCHIVED = "archived", _("Archived")
        RETIRED = "retired", _("Retired")

    OVER = (Status.ARCHIVED, Status.RETIRED)

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    problem = models.TextField(_("problem"))
    hypothesis = models.TextField(_("hypothesis"))
    success_measure = models.TextField(_("success measure"))
    persona = models.ForeignKey(
        Persona, models.PROTECT, related_name="dashboards", verbose_name=_("persona")
    )
    groups: models.ManyToManyField[UserGroup, models.Model] = models.ManyToManyField(
        UserGroup, blank=True, related_name="planned_dashboards", verbose_name=_("for the groups")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="owned_dashboards",
        verbose_name=_("owner"),
    )  # fmt: skip
    editors: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("editors")
    )
    former_owners: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+"
    )
    sponsor = models.CharField(_("sponsor"), max_length=120, blank=True)
    review_due = models.DateField(_("review due"))
    shows_rows = models.BooleanField(_("readers see single rows"), default=False)
    stage = models.PositiveSmallIntegerField(
        _("stage"), choices=Stage.choices, default=Stage.PROBLEM,
        validators=[MinValueValidator(1), MaxValueValidator(8)],
    )  # fmt: skip
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.ACTIVE
    )

    gate_asked_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("dashboards:dashboard-detail", args=[self.slug])

    @property
    def is_over(self) -> bool:
        """Read, and changed no more, until somebody brings it back."""
        return self.status in self.OVER


class VersionQuerySet(models.QuerySet["Version"]):
    """Nothing done to many rows at once reaches one that was released."""

    def sealed(self) -> VersionQuerySet:
        return self.filter(state__in=Version.SEALED)

    def update(self, **fields: Any) -> int:
        self._refuse_sealed()
        return super().update(**fields)

    def bulk_update(self, objs: Iterable[Version], *args: Any, **kwargs: Any) -> int:
        rows = list(objs)
        Version.objects.filter(pk__in=[row.pk for row in rows])._refuse_sealed()
        return super().bulk_update(rows, *args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_sealed()
        return super().delete()

    def _refuse_sealed(self) -> None:
        if self.sealed().exists():
            raise TypeError("a released version never changes")


class Version(BaseModel):
    """One validated document (``dashboards.content.document``); released, it never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PROTOTYPE = "prototype", _("Prototype")
        FROZEN = "frozen", _("Under validation")
        RELEASED = "released", _("Released")
        SUPERSEDED = "superseded", _("Superseded")

    SEALED = (State.RELEASED, State.SUPERSEDED)
    #: shown to its pilots
    ON_TRIAL = (State.PROTOTYPE, State.FROZEN)

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=1)  # counts saves: two editors never overwrite
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers"
    )
    notes = models.TextField(_("release notes"), blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prototype_at = models.DateTimeField(null=True, blank=True)  # first shown to its pilots
    frozen_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dashboard", "number"], name="version_number"),
            models.UniqueConstraint(
                fields=["dashboard"],
                condition=Q(state__in=["draft", "prototype", "frozen"]),
                name="version_one_in_work",
            ),
            models.UniqueConstraint(
                fields=["dashboard"], condition=Q(state="released"), name="version_one_released"
            ),
        ]
        indexes = [models.Index(fields=["state", "dashboard"], name="version_by_state")]

    def __str__(self) -> str:
        return f"{self.dashboard.name}, v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once released, it can only be superseded."""
        row = Version.objects.sealed().filter(pk=self.pk).values().first() if self.pk else None
        if row is not None:
            kept: dict[str, Any] = dict(row)
            written = set(kwargs.get("update_fields") or kept) - {"updated_at"}
            changed = {name for name in written if getattr(self, name) != kept[name]}
            superseded = (kept["state"], self.state) == ("released", "superseded")
            if changed - ({"state"} if superseded else set()):
                raise TypeError("a released version never changes")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        Version.objects.filter(pk=self.pk)._refuse_sealed()
        return super().delete(*args, **kwargs)


class Save(models.Model):
    """What a draft said after one save, so that it can be said again; gone with its release.

    ``back`` is the revision that undoing leads to, ``forward`` the one that redoing leads to.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="saves")
    revision = models.PositiveIntegerField()
    document = models.JSONField()
    what = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    back = models.PositiveIntegerField(null=True, blank=True)
    forward = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["version", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["version", "revision"], name="save_revision")
        ]

    def __str__(self) -> str:
        return f"{self.version}, revision {self.revision}"


class Picture(BaseModel):
    """A picture that tiles show, encoded by the portal; a document names it by its ``sha256``."""

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="pictures")
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=4, choices=[("png", "PNG"), ("jpeg", "JPEG")])
    data = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["dashboard", "sha256"], name="picture_once")]

    def __str__(self) -> str:
        return f"{self.dashboard.name}, {self.sha256[:12]}"


class Tile(models.Model):
    """Index of a version's tiles, for "where used"; the document is the truth."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="tiles")
    key = models.CharField(max_length=12)
    kpi_version = models.ForeignKey(KPIVersion, models.PROTECT, related_name="tiles")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "key", "kpi_version"], name="tile_kpi_once")
        ]
