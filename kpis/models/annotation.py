"""What happened, for everybody who reads a curve."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from kpis.models.dataset import Dataset


class Annotation(BaseModel):
    """A moment, or a stretch of time ``until`` another, that explains figures.

    It stands on the time axis of every chart over the dataset, or over any data where there is
    none.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    title = models.CharField(_("what happened"), max_length=60)
    text = models.TextField(_("more about it"), blank=True, max_length=1000)
    dataset = models.ForeignKey(
        Dataset, models.CASCADE, null=True, blank=True, related_name="annotations"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("kpis:annotation-edit", args=[self.pk])

    def clean_fields(self, exclude: Any = None) -> None:
        self.title, self.text = " ".join(self.title.split()), self.text.strip()
        super().clean_fields(exclude=exclude)
