"""Write to the audit log, in the transaction of the change itself."""

from __future__ import annotations

from typing import Any

from django.db import models

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry


def record(
    *, actor: User | None, action: str, target: models.Model | None = None, **details: Any
) -> AuditEntry:
    """Note that ``actor`` (None: the system) did ``action`` to ``target``; details are JSON."""
    return AuditEntry.objects.create(
        actor=actor,
        action=action,
        object_type=target._meta.label_lower if target is not None else "",
        object_id=str(target.pk) if target is not None else "",
        object_name=str(target)[:200] if target is not None else "",
        details=details,
    )
