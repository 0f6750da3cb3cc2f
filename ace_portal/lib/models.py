"""What every table has."""

from __future__ import annotations

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _


class BaseModel(models.Model):
    """A row that knows when it was made and last changed (UTC)."""

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True


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
    {"new", "edit", "preview", "upload", "export", "all", "datasets", "uploads", "refreshes"}
)
