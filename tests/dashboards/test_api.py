"""The API keeps the rules of the pages and carries figures in full precision."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ace_portal.accounts.models import User
from dashboards.api.serializers import FiguresOutput
from dashboards.content.models import Dashboard, Version
from dashboards.content.sources import sources_of
from kpis.engine.query import Query
from kpis.figures import Ask, answers
from kpis.models import KPIVersion
from kpis.scopes import PORTAL
from tests.fixtures.dashboards import let_through
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
ROOT = "/api/v1/dashboards/"


def post(client: Client, path: str, **given: Any) -> Any:
    return client.post(ROOT + path, given, content_type="application/json")


@pytest.mark.parametrize("path", ["", "figures/", "versions/"])
def test_who_reads_a_dashboard(
    client_of: Open, ace: User, member: User, colleague: User, outsider: User, live: Dashboard,
    path: str,
) -> None:  # fmt: skip
    where = f"{ROOT}{live.slug}/{path}"

    cast = (ace, member, colleague, outsider, None)
    assert [client_of(p).get(where).status_code for p in cast] == [200, 200, 404, 404, 401]


@pytest.mark.parametrize("path", ["draft/", "launches/"])
def test_who_reads_what_is_in_work(
    client_of: Open, ace: User, member: User, draft: Version, path: str
) -> None:
    where = f"{ROOT}{draft.dashboard.slug}/{path}"

    assert [client_of(p).get(where).status_code for p in (ace, member)] == [200, 403]


def test_list_holds_what_one_may_see(
    client_of: Open, member: User, colleague: User, live: Dashboard
) -> None:
    found = [
        [row["slug"] for row in client_of(p).get(ROOT).json()["results"]]
        for p in (member, colleague)
    ]

    assert found == [["incident-service"], []]


def test_whole_way_through_the_api(
    client_of: Open, owner: User, member: User, world: World, sla: KPIVersion
) -> None:
    client = client_of(owner)
    made = post(
        client, "", name="By API", problem="P", hypothesis="H", success_measure="S",
        persona=world.persona.slug, groups=[world.group.slug], review_due="2030-01-01",
    )  # fmt: skip
    slug = made.json()["slug"]
    draft = post(client, f"{slug}/draft/assemble/").json()
    two = {**draft["document"], "tiles": draft["document"]["tiles"][:2]}
    changed = client.put(
        f"{ROOT}{slug}/draft/",
        {"revision": draft["revision"], "document": two},
        content_type="application/json",
    )  # fmt: skip
    released = post(client, f"{slug}/draft/release/", notes="")
    early = post(client, f"{slug}/launches/", group=world.group.slug)
    let_through(Dashboard.objects.get(slug=slug))
    launched = post(client, f"{slug}/launches/", group=world.group.slug)

    assert (early.status_code, early.json()["detail"][:6]) == (409, "Gate 6")
    assert (made.status_code, changed.status_code, launched.status_code) == (201, 200, 201)
    assert released.json()["state"] == "released"
    assert len(client_of(member).get(f"{ROOT}{slug}/figures/").json()["tiles"]) == 2


def test_stale_document_is_a_conflict_and_a_bad_one_names_its_field(
    client_of: Open, owner: User, draft: Version
) -> None:
    client, where = client_of(owner), f"{ROOT}{draft.dashboard.slug}/draft/"

    def put(revision: int, document: Any) -> tuple[int, Any]:
        given = {"revision": revision, "document": document}
        answer = client.put(where, given, content_type="application/json")
        return answer.status_code, answer.json()

    assert put(1, draft.document)[0] == 409
    bad = {**draft.document, "tiles": [{**draft.document["tiles"][0], "width": 99}]}
    status, body = put(draft.revision, bad)
    assert (status, body["field"]) == (400, "width")


def test_figures_are_the_engines_in_full_precision(
    client_of: Open, member: User, live: Dashboard, sla: KPIVersion
) -> None:
    version = sources_of([sla.pk])[sla.pk].version
    query = Query(start=date(2026, 8, 1), end=date(2026, 11, 1))
    result = answers([Ask(version, query)], reader=PORTAL)[0].result
    assert result is not None

    body = client_of(member).get(f"{ROOT}{live.slug}/figures/?period=last_3").json()
    point = body["tiles"][0]["series"][0]["points"][0]

    assert (body["start"], body["end"]) == ("2026-08-01", "2026-11-01")
    assert (point["value"], point["numerator"], point["denominator"]) == (
        result.total.value, result.total.numerator, result.total.denominator,
    )  # fmt: skip


def test_member_reads_neither_drafts_nor_superseded_figures(
    client_of: Open, owner: User, member: User, live: Dashboard
) -> None:
    post(client_of(owner), f"{live.slug}/draft/start/")
    client = client_of(member)

    assert client.get(f"{ROOT}{live.slug}/figures/?version=2").status_code == 404
    assert client.get(f"{ROOT}{live.slug}/versions/2/").status_code == 404
    numbers = [
        row["number"] for row in client.get(f"{ROOT}{live.slug}/versions/").json()["results"]
    ]
    assert numbers == [1]


def test_restore_compare_and_close(
    client_of: Open, owner: User, ace: User, live: Dashboard
) -> None:
    client = client_of(owner)
    draft = post(client, f"{live.slug}/draft/start/").json()
    tiles = draft["document"]["tiles"][1:]
    client.put(
        f"{ROOT}{live.slug}/draft/",
        {"revision": draft["revision"], "document": {**draft["document"], "tiles": tiles}},
        content_type="application/json",
    )
    refused = post(client, f"{live.slug}/draft/release/")
    post(client, f"{live.slug}/draft/release/", notes="Less")

    changes = client.get(f"{ROOT}{live.slug}/versions/compare/?from=1&to=2").json()
    foreign = post(client_of(ace), f"{live.slug}/versions/1/restore/")
    restored = post(client, f"{live.slug}/versions/1/restore/")
    closed = post(client, f"{live.slug}/launches/{live.launches.get().pk}/end/")

    assert (refused.status_code, refused.json()["field"]) == (400, "notes")
    assert [change["kind"] for change in changes] == ["removed"]
    assert (foreign.status_code, restored.status_code) == (403, 201)
    assert closed.json()["ended_at"] is not None


def test_figures_are_written_as_their_serializer_would(
    client_of: Open, member: User, live: Dashboard
) -> None:
    body = client_of(member).get(f"{ROOT}{live.slug}/figures/").json()

    with timezone.override(member.time_zone):
        told = FiguresOutput(_moments(body)).data
    assert json.loads(json.dumps(told)) == body


def _moments(value: Any, name: str = "") -> Any:
    """The answer with its moments and days read again."""
    if isinstance(value, dict):
        return {key: _moments(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moments(inner, name) for inner in value]
    if name in {"start", "end", "as_of"} and isinstance(value, str):
        return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value
