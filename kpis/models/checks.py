"""What must hold of every load before people see it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from kpis.models.dataset import Dataset


class QualityCheck(BaseModel):
    """One rule of a dataset; ``rule`` is what its kind needs: ``kpis.checking.rules``."""

    class Kind(models.TextChoices):
        UNIQUE = "unique", _("Unique")
        NOT_NULL = "not_null", _("Not empty")
        RANGE = "range", _("Within a range")
        ACCEPTED = "accepted", _("Accepted values")
        FRESHNESS = "freshness", _("Fresh")
        ROWS = "rows", _("Number of rows")
        SQL = "sql", _("Own SQL")

    class Severity(models.TextChoices):
        BLOCKING = "blocking", _("Blocking: keep the last good load")
        WARNING = "warning", _("Warning: show it and go on")

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="checks")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    rule: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    severity = models.CharField(
        _("if it fails"), max_length=8, choices=Severity.choices, default=Severity.BLOCKING
    )
    active = models.BooleanField(_("active"), default=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.dataset.name}: {self.get_kind_display()}"

    @property
    def is_blocking(self) -> bool:
        return self.severity == self.Severity.BLOCKING
