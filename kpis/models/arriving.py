"""How the rows of a new file meet those that are there."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    REPLACE = "replace", _("It replaces all rows")
    APPEND = "append", _("Its rows are added to those that are there")
    UPSERT = "upsert", _("New rows are added, rows with the same key replaced")


class OverlapUnit(models.TextChoices):
    """In what an overlap is counted; a column of numbers has units of its own."""

    OWN = "", _("units of the column")
    HOURS = "hours", _("hours")
    DAYS = "days", _("days")


class Arriving(models.Model):
    """A dataset says how its loads arrive; each load keeps how it was meant."""

    mode = models.CharField(
        _("what a new file does"), max_length=7, choices=Mode.choices, default=Mode.REPLACE
    )
    keys: models.JSONField[list[str], list[str]] = models.JSONField(
        _("key columns"), default=list, blank=True
    )  # of an upsert: what tells one row from another
    last_wins = models.BooleanField(
        _("of rows with the same key in one file the last one wins"), default=False
    )

    class Meta:
        abstract = True
