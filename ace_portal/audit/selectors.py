"""Read the audit log."""

from __future__ import annotations

from ace_portal.audit.models import AppendOnlyQuerySet, AuditEntry


def all_entries() -> AppendOnlyQuerySet:
    return AuditEntry.objects.select_related("actor")
