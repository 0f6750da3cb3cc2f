"""Read the audit log."""

from __future__ import annotations

from ace_portal.audit.models import AuditEntry
from ace_portal.lib.models import AppendOnlyQuerySet


def all_entries() -> AppendOnlyQuerySet:
    return AuditEntry.objects.select_related("actor")
