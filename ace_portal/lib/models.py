"""What every table has."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, NoReturn, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.errors import NotVisible

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # lines and tabs are text

LONGEST_TEXT = 50_000


def one_line(text: str) -> str:
    """What would break a line, or is no character, is a space."""
    return " ".join(_CONTROL.sub(" ", text).split())


class PlainText(models.Model):
    """What people write holds no character that is none."""

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """One line stays one line: it may become a subject, a file's name, a log's entry."""
        super().clean_fields(exclude=exclude)
        errors: dict[str, Any] = {}
        for field in self._meta.concrete_fields:
            if field.name in (exclude or ()):
                continue
            text = str(getattr(self, field.attname))
            if isinstance(field, models.CharField) and _CONTROL.search(text):
                errors[field.name] = _("This is one line; leave out what is no character.")
            elif isinstance(field, models.TextField) and _NO_TEXT.search(text):
                errors[field.name] = _("Leave out what is no character.")
            elif isinstance(field, models.TextField) and len(text) > LONGEST_TEXT:
                errors[field.name] = _("This text is too long.")
        if errors:
            raise ValidationError(errors)


class BaseModel(PlainText):
    """A row that knows when it was made and last changed (UTC)."""

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=BaseModel)


def held(row: Row) -> Row:
    """The row as it is now, held until the transaction ends; what is gone is not found."""
    rows = row.__class__._default_manager.select_for_update().filter(pk=row.pk)
    now = rows.order_by("pk").first()  # the usual order may join, and so hold, another table
    if now is None:
        raise NotVisible("")
    return now


def write(row: BaseModel, fields: dict[str, Any], *, exclude: Collection[str] = ()) -> None:
    """Set these fields and save them alone: what somebody else has changed meanwhile stays."""
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean(exclude=set(exclude))
    row.save(update_fields=[*fields, "updated_at"])


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that are written once."""

    def update(self, **kwargs: Any) -> NoReturn:
        self._refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse()

    def delete(self) -> NoReturn:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise TypeError(f"{self.model._meta.verbose_name_plural} are append-only")


class AppendOnly(PlainText):
    """What was decided stays as it was written."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"  # no way round it

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            type(self).objects.all()._refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        type(self).objects.all()._refuse()


def free_slug(model: type[models.Model], text: str, *, max_length: int = 60) -> str:
    """A slug of ``text`` that no row of ``model`` has yet: ``incidents``, ``incidents-2``, …"""
    base = slugify(text)[:max_length].strip("-") or "item"
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken and base not in RESERVED_SLUGS:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


RESERVED_SLUGS = frozenset(
    {
        "new",
        "edit",
        "preview",
        "upload",
        "export",
        "all",
        "datasets",
        "uploads",
        "refreshes",
        "sources",
        "templates",
        "annotations",
        "calendars",
        "lineage",
        "tree",
    }
)
