"""Who sees which rows of a dataset."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from kpis.models.dataset import Dataset
from personas.models import UserGroup


class RowPolicy(BaseModel):
    """A person sees the rows in which ``column`` has one of their values.

    Their values are those of the rules of their groups, and those of ``attribute`` on the person.
    Who has none sees no row; who manages data sees all.
    """

    dataset = models.OneToOneField(Dataset, models.CASCADE, related_name="policy")
    column = models.CharField(_("column"), max_length=200)
    attribute = models.CharField(_("attribute of the person"), max_length=40, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.dataset}: {self.column}"


class RowRule(models.Model):
    """The values that the members of a group see, as they are typed."""

    policy = models.ForeignKey(RowPolicy, models.CASCADE, related_name="rules")
    group = models.ForeignKey(UserGroup, models.CASCADE, related_name="row_rules")
    values: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        ordering = ["group__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["policy", "group"], name="row_rule_once")]

    def __str__(self) -> str:
        return f"{self.group}: {'; '.join(self.values)}"
