"""Read the audit log."""

from __future__ import annotations

from django.db import models

from ace_portal.audit.models import AppendOnlyQuerySet, AuditEntry


def history_of(target: models.Model) -> AppendOnlyQuerySet:
    """What happened to one object, newest first."""
    return AuditEntry.objects.filter(
        object_type=target._meta.label_lower, object_id=str(target.pk)
    ).select_related("actor")


def all_entries() -> AppendOnlyQuerySet:
    return AuditEntry.objects.select_related("actor")
