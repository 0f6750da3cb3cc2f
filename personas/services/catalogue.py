"""Services of the organisation."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.models import free_slug, held, write
from personas.models import Service
from personas.permissions import require_ace, require_owner


def create_service(*, actor: User, owner: User | None = None, **fields: Any) -> Service:
    """A new service; who makes it owns it unless another ACE member is named."""
    require_ace(actor)
    owner = owner or actor
    require_ace(owner)
    with transaction.atomic():
        service = Service(slug=free_slug(Service, fields.get("name", "")), owner=owner, **fields)
        service.full_clean()
        service.save()
        record(actor=actor, action="service.create", target=service)
    return service


def change_service(*, actor: User, service: Service, **fields: Any) -> Service:
    require_ace(actor)
    with transaction.atomic():
        row = held(service)
        require_ace(fields.get("owner", row.owner))
        write(row, fields)
        record(actor=actor, action="service.change", target=row)
    return row


def archive_service(*, actor: User, service: Service) -> Service:
    with transaction.atomic():
        row = held(service)
        require_owner(actor, row)
        write(row, {"archived_at": timezone.now()})
        record(actor=actor, action="service.archive", target=row)
    return row
