"""Who looked, what was decided because of it, and what the ACE made of both."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import AppendOnly, BaseModel
from dashboards.content.models import Dashboard, Version


class ViewEvent(models.Model):
    """A person had a dashboard open: at most one for each half hour of the clock.

    ``day`` is that of the site's zone; ``qualified_at`` says since when it counts.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="view_events")
    version = models.ForeignKey(Version, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    half_hour = models.PositiveIntegerField()  # since 1970
    day = models.DateField()
    last_at = models.DateTimeField()
    qualified_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveSmallIntegerField(default=0)
    interacted = models.BooleanField(default=False)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "dashboard", "half_hour"], name="view_once_a_half_hour"
            )
        ]
        indexes = [
            models.Index(
                fields=["dashboard", "user", "opened_at", "day"],
                condition=Q(qualified_at__isnull=False),
                name="view_that_counts",
            ),
            models.Index(
                fields=["dashboard", "day", "user"],
                condition=Q(qualified_at__isnull=False),
                name="view_day_that_counts",
            ),
            models.Index(fields=["opened_at"], name="view_opened"),
        ]


class Review(AppendOnly, BaseModel):
    """Somebody looked at the figures of a stretch and decided: go on, turn, or stop.

    ``figures`` is what was on the page, see ``dashboards.usage.selectors.reviews``; written once.
    """

    class Verdict(models.TextChoices):
        PERSEVERE = "persevere", _("Persevere")
        PIVOT = "pivot", _("Pivot")
        STOP = "stop", _("Stop")

    dashboard = models.ForeignKey(Dashboard, models.PROTECT, related_name="reviews")
    verdict = models.CharField(_("verdict"), max_length=9, choices=Verdict.choices)
    proposed = models.CharField(max_length=9, choices=Verdict.choices)
    figures = models.JSONField()
    reason = models.TextField(_("reason"), max_length=2_000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    held_on = models.DateField()
    next_due = models.DateField(_("next review"))

    class Meta:
        ordering = ["-held_on", "-pk"]
        base_manager_name = "objects"  # no way round it
        constraints = [
            models.UniqueConstraint(fields=["dashboard", "held_on"], name="review_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.dashboard}, {self.held_on}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def update(self, **fields: Any) -> int:
        if not fields.keys() <= Decision.LATER:
            raise TypeError("a decision keeps what was decided and on which figures")
        return super().update(**fields)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a decision keeps what was decided and on which figures")

    def delete(self) -> NoReturn:
        raise TypeError("a decision is never deleted")


class Decision(BaseModel):
    """What somebody decided because of a dashboard, on which figures, and what came of it.

    ``figures`` are the key figures as printed at that moment; only the outcome is written later.
    """

    LATER = frozenset({"outcome", "outcome_at", "outcome_by", "updated_at"})

    dashboard = models.ForeignKey(Dashboard, models.PROTECT, related_name="decisions")
    text = models.TextField(_("what was decided"), max_length=2_000)
    made_on = models.DateField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    figures = models.JSONField()
    outcome = models.TextField(_("what came of it"), max_length=2_000, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-made_on", "-pk"]
        base_manager_name = "objects"  # no way round it
        indexes = [models.Index(fields=["dashboard", "-made_on"], name="decision_by_day")]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def seen_at(self) -> datetime | None:
        """When the figures were as they are kept."""
        return parse_datetime(self.figures["at"])

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not set(kwargs.get("update_fields") or {"text"}) <= self.LATER:
            raise TypeError("a decision keeps what was decided and on which figures")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a decision is never deleted")
