"""A chart is suggested with its reason, and what misleads is named, not forbidden."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from dashboards.content.advice import advice_on, suggest
from dashboards.content.document import Document, parse
from dashboards.content.models import Version
from dashboards.content.services import drafts
from dashboards.content.sources import sources_of
from kpis.models import Dataset, KPIVersion
from kpis.scopes import PORTAL
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.loads import new_dataset, write_rows
from tests.fixtures.tickets import AS_OF, TICKETS, VOLUME
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


@pytest.fixture
def many(owner: User, world: World) -> KPIVersion:
    """A count by twelve teams."""
    rows = [
        {"opened_at": datetime(2026, month, 3), "closed_at": None, "priority": "P1",
         "team": f"T{n:02}", "met": True, "hours": 1.0}
        for n in range(12) for month in (8, 9, 10)
    ]  # fmt: skip
    data: Dataset = new_dataset(owner, "Many teams")
    write_rows(data, TICKETS, rows, as_of=AS_OF)
    return publish_kpi(owner, world.question, data, VOLUME, name="Of many teams")


@pytest.mark.parametrize(
    ("by", "over_time", "values", "kind", "words"),
    [
        ("", None, None, "line", "a time and one series"),
        ("team", None, 3, "bar", "lengths"),
        ("team", True, 3, "line", "several series"),
        ("team", True, 9, "bar", "9 lines are more"),
        ("", False, None, "bullet", "against a target"),
    ],
)
def test_suggestion_follows_time_split_and_target(
    sla: KPIVersion, by: str, over_time: bool | None, values: int | None, kind: str, words: str
) -> None:
    source = sources_of([sla.pk])[sla.pk]
    found = suggest(source, by, over_time=over_time, values=values)

    assert found.type == kind
    assert words in found.reason


def page(tile: dict[str, Any], preset: str = "last_3") -> Document:
    filters = {"period": {"preset": preset}, "choices": []}
    return parse({"schema": 1, "tiles": [{"key": "t1", "width": 6, **tile}], "filters": filters})


@pytest.mark.parametrize(
    ("tile", "preset", "words"),
    [
        ({"type": "pie", "by": "team"}, "last_3", "12 parts are more than a pie can show"),
        ({"type": "line", "grain": "month", "by": "team"}, "last_3", "12 lines are more"),
        ({"type": "line", "grain": "year"}, "last_3", "so it is shown by month"),
        ({"type": "gauge"}, "last_3", "no target to hold it against"),
        ({"type": "bar", "by": "team"}, "last_3", ""),
    ],
)
def test_what_misleads_is_named(
    many: KPIVersion, tile: dict[str, Any], preset: str, words: str
) -> None:
    document = page({**tile, "kpi_version": many.pk}, preset)
    found = advice_on(document, many.pk, document.tiles[0], reader=PORTAL).warnings

    assert [words in warning for warning in found] == [True] * bool(words)


def test_form_builder_and_api_say_the_same(
    client_of: ClientOf, owner: User, member: User, draft: Version, many: KPIVersion
) -> None:
    saved = drafts.add_tile(
        actor=owner, dashboard=draft.dashboard, revision=draft.revision,
        tile={"type": "pie", "width": 6, "kpi_version": many.pk, "by": "team"},
    )  # fmt: skip
    slug, key = draft.dashboard.slug, saved.document["tiles"][-1]["key"]
    client, warning = client_of(owner), "12 parts are more than a pie can show"

    form = client.get(reverse("dashboards:tile-edit", args=[slug, key])).text
    built = client.get(reverse("dashboards:builder", args=[slug])).text
    api = reverse("api:draft-advice", args=[slug])
    told = client.get(api, {"kpi_version": many.pk, "by": "team", "tile": key}).json()

    assert warning in form
    assert warning in built
    assert told["suggested"]["type"] == "bar"
    assert told["suggested"]["reason"] in form
    assert warning in told["warnings"][0]
    assert "Suggested: A line, because it has a time and one series." in built
    assert client.get(api).status_code == 400
    assert client.get(api, {"kpi_version": 10**9}).status_code == 404
