"""What the organisation does for its people."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel


class Service(BaseModel):
    """A service with somebody who answers for it."""

    class Criticality(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")
        VITAL = "vital", _("Vital")

    slug = models.SlugField(max_length=80, unique=True)
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    criticality = models.CharField(
        _("criticality"), max_length=6, choices=Criticality.choices, default=Criticality.MEDIUM
    )
    service_hours = models.CharField(_("service hours"), max_length=120, blank=True)
    consumers = models.CharField(_("who uses it"), max_length=200, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("personas:service-detail", args=[self.slug])
