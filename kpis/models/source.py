"""Where data comes from, when it is not a file that somebody sent."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel


class DataSource(BaseModel):
    """A database, or an address that answers with JSON, and how to get in.

    The password or token is sealed and shown to nobody.
    """

    class Tls(models.TextChoices):
        VERIFY = "verify", _("Encrypted, certificate checked")
        REQUIRE = "require", _("Encrypted, certificate not checked")
        OFF = "off", _("Not encrypted")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20)  # of kpis.sources.origins
    url = models.CharField(_("base address"), max_length=500, blank=True)  # of an address
    #: which header carries its token; empty: Authorization, as a bearer
    header = models.CharField(_("header of the token"), max_length=63, blank=True)
    host = models.CharField(_("host"), max_length=253, blank=True)
    port = models.PositiveIntegerField(
        _("port"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(65_535)],
    )  # fmt: skip
    database = models.CharField(_("database"), max_length=200, blank=True)
    user = models.CharField(_("user"), max_length=200, blank=True)
    secret = models.TextField(blank=True)  # sealed: ace_portal.lib.crypto
    tls = models.CharField(_("encryption"), max_length=8, choices=Tls.choices, default=Tls.VERIFY)
    file = models.CharField(_("file"), max_length=200, blank=True)  # in settings.SOURCE_FILES_DIR
    #: empty: as many as the operator says, settings.SOURCE_AT_ONCE
    at_once = models.PositiveSmallIntegerField(
        _("at once"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    tested_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True)  # what the last test or load came to; empty: nothing
    #: [{"schema", "name", "kind", "rows"}] as they were when it was reached last
    relations = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("kpis:source-detail", args=[self.slug])

    @property
    def most_at_once(self) -> int:
        """So many loads, and so many live questions of a process, it bears side by side."""
        return settings.SOURCE_AT_ONCE if self.at_once is None else self.at_once
