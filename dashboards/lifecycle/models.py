"""What happens to a dashboard from problem to retirement."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import AppendOnly, BaseModel
from dashboards.content.models import Dashboard, Version
from personas.models import UserGroup

MAX_REASON = 5_000


class Launch(BaseModel):
    """A dashboard was opened to a group; the first one begins its life in use."""

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="launches")
    group = models.ForeignKey(UserGroup, models.PROTECT, related_name="launches")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    announcement = models.TextField(_("announcement"), blank=True, max_length=MAX_REASON)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["dashboard", "group"],
                condition=Q(ended_at__isnull=True),
                name="launch_once_per_group",
            )
        ]


class Feature(BaseModel):
    """Something that the first version should do, how much it matters, and when it is good."""

    class Kind(models.TextChoices):
        FILTER = "filter", _("Filter or dropdown")
        DRILL = "drill", _("Drill-down")
        CHART = "chart", _("Chart or figure")
        EXPORT = "export", _("Export")
        REPORT = "report", _("Scheduled report")
        OTHER = "other", _("Something else")

    class Priority(models.TextChoices):
        MUST = "must", _("Must")
        SHOULD = "should", _("Should")
        COULD = "could", _("Could")
        WONT = "wont", _("Won’t this time")

    class Result(models.TextChoices):
        UNTESTED = "untested", _("Not tried")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="features")
    name = models.CharField(_("feature"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.OTHER)
    priority = models.CharField(
        _("priority"), max_length=6, choices=Priority.choices, default=Priority.SHOULD
    )
    criterion = models.TextField(_("acceptance criterion"), blank=True, max_length=1000)
    column = models.CharField(_("column"), max_length=120, blank=True)
    result = models.CharField(
        _("result"), max_length=8, choices=Result.choices, default=Result.UNTESTED
    )
    result_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dashboard", "name"], name="feature_named_once"),
            models.CheckConstraint(
                condition=~Q(priority="must") | ~Q(criterion=""), name="feature_must_is_testable"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GateReview(AppendOnly):
    """What was decided at a gate, by whom, and all that the gate said at that moment."""

    class Decision(models.TextChoices):
        PASS = "pass", _("Pass")
        CONDITIONAL = "conditional", _("Pass with conditions")
        OVERRULE = "overrule", _("Overrule")
        RETURN = "return", _("Return")
        STOP = "stop", _("Stop")

    #: what lets an MVP go on
    ONWARDS = (Decision.PASS, Decision.CONDITIONAL, Decision.OVERRULE)

    created_at = models.DateTimeField(_("when"), auto_now_add=True)
    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="gate_reviews")
    stage = models.PositiveSmallIntegerField(
        _("gate"), validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    decision = models.CharField(_("decision"), max_length=11, choices=Decision.choices)
    reason = models.TextField(_("reason"), blank=True, max_length=MAX_REASON)
    conditions = models.TextField(_("conditions"), blank=True, max_length=MAX_REASON)
    due = models.DateField(_("due"), null=True, blank=True)
    back_to = models.PositiveSmallIntegerField(_("back to stage"), null=True, blank=True)
    version = models.ForeignKey(
        Version, models.PROTECT, null=True, blank=True, related_name="gate_reviews"
    )
    checks = models.JSONField(default=list, blank=True)  # [{stage, kind, text, value}]
    marks = models.JSONField(default=dict, blank=True)  # what it stood on → its hash
    pinned = models.JSONField(default=dict, blank=True)  # a figure as it was: services.pins
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decider = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = _("decisions at gates")
        base_manager_name = "objects"  # no way round it
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["dashboard", "-created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decider=F("owner")), name="gate_not_passed_by_its_owner"
            ),
            models.CheckConstraint(
                condition=~Q(decision="conditional") | (~Q(conditions="") & Q(due__isnull=False)),
                name="gate_condition_is_due",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["pass", "conditional"]) | ~Q(reason=""),
                name="gate_decision_has_a_reason",
            ),
        ]

    @property
    def missed(self) -> list[dict[str, Any]]:
        """The checks that were not met when it was decided."""
        return [line for line in self.checks if line["kind"] != "good"]

    def __str__(self) -> str:
        return f"{self.dashboard}, gate {self.stage}: {self.decision}"
