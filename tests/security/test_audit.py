"""The audit log knows who was turned away, and nothing changes it (rule 40)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
from django.test import Client
from knox.models import AuthToken

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.audit.services import record
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def denied() -> list[tuple[str, dict[str, Any]]]:
    entries = AuditEntry.objects.filter(action="access.denied").order_by("pk")
    return [(str(entry.actor), entry.details) for entry in entries]


def test_denied_access_is_noted_for_pages_and_api(
    world: World, outsider: User, member: User, client_of: ClientOf
) -> None:
    client = client_of(outsider)
    client.get("/admin/audit/?secret=1")
    client.get(f"/discover/services/{world.service.slug}/")
    client.post("/api/v1/services/", {"name": "X"}, "application/json")
    _token, secret = AuthToken.objects.create(user=member)
    Client(headers={"authorization": f"Token {secret}"}).get("/api/v1/people/")

    service = f"/discover/services/{world.service.slug}/"
    assert denied() == [
        ("Outsider", {"method": "GET", "path": "/admin/audit/", "status": 403}),
        ("Outsider", {"method": "GET", "path": service, "status": 404}),
        ("Outsider", {"method": "POST", "path": "/api/v1/services/", "status": 403}),
        ("Member", {"method": "GET", "path": "/api/v1/people/", "status": 403}),
    ]


def test_what_is_allowed_or_not_there_is_no_denial(member: User, client_of: ClientOf) -> None:
    client_of(member).get("/kpis/")
    client_of(member).get("/no/such/page/")
    client_of(None).get("/admin/audit/")

    assert denied() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: AuditEntry.objects.update(action="x"),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda entry: AuditEntry.objects.all().order_by("pk").update(action="x"),
        lambda entry: AuditEntry.objects.bulk_update([entry], ["action"]),
        lambda entry: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"action": "x"}),
        lambda entry: AuditEntry._base_manager.filter(pk=entry.pk).update(action="x"),
        lambda entry: AuditEntry._base_manager.all().delete(),
    ],
)
def test_entry_never_changes(admin: User, change: Callable[[AuditEntry], Any]) -> None:
    entry = record(actor=admin, action="test.act", target=admin, why="because")

    with pytest.raises(TypeError, match="append-only"):
        change(entry)

    kept = AuditEntry.objects.get(pk=entry.pk)
    assert (kept.action, kept.details) == ("test.act", {"why": "because"})
    assert kept.at.tzinfo == UTC


def test_no_door_leads_to_a_change_of_the_log(admin: User, client_of: ClientOf) -> None:
    client = client_of(admin)

    codes = {m: client.generic(m, "/admin/audit/").status_code for m in ("POST", "PUT", "DELETE")}

    assert codes == {"POST": 405, "PUT": 405, "DELETE": 405}
