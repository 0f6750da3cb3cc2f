"""The API's own description, tried at random per role: whatever fits it never fails (rule 36)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings

from ace_portal.accounts.models import User
from tests.fixtures.places import Places

CASES = 5
ONCE = hypothesis_settings(
    max_examples=CASES,
    database=None,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("person", ["member", "ace"])
def test_described_requests_never_fail(
    person: str,
    part: int,
    places: Places,
    cast: dict[str, User],
    client_of: Callable[[User | None], Client],
) -> None:
    client = client_of(cast[person])
    client.raise_request_exception = False
    description = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()
    schema = schemathesis.openapi.from_dict(description)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 70
    wrong: list[str] = []

    for operation in operations[part::2]:

        @ONCE
        @given(case=operation.as_strategy())
        def try_out(case: Any) -> None:
            with transaction.atomic():
                status = send(client, case)
                transaction.set_rollback(True)
            if status >= 500:
                wrong.append(f"{case.method} {case.formatted_path} {str(case.body)[:200]}")

        try_out()

    assert wrong == []


def send(client: Client, case: Any) -> int:
    """The case as Django's client sends it, JSON as JSON."""
    request = case.as_transport_kwargs(base_url="http://testserver")
    response = client.generic(
        request["method"],
        case.formatted_path,
        body_of(request),
        content_type="application/json",
        query_params=request.get("params") or {},
    )
    return int(response.status_code)


def body_of(request: dict[str, Any]) -> bytes:
    if "json" in request:
        return json.dumps(request["json"]).encode()
    return b""
