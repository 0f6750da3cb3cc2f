"""Write to the audit log, in the transaction of the change itself."""

from __future__ import annotations

from typing import Any

from django.db import models

from ace_portal.audit.models import AuditEntry


def record(
    *, actor: models.Model | None, action: str, target: models.Model | None = None, **details: Any
) -> AuditEntry:
    """Note that ``actor`` (None: the system) did ``action`` to ``target``; details are JSON."""
    return AuditEntry.objects.create(
        actor_id=actor.pk if actor is not None else None,
        action=action,
        object_type=target._meta.label_lower if target is not None else "",
        object_id=str(target.pk) if target is not None else "",
        object_name=str(target)[:200] if target is not None else "",
        details=details,
    )
