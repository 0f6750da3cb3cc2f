"""Tiles of a KPI that is computed from others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from dashboards.content.board import Board, board
from dashboards.content.document import Document, parse
from dashboards.content.explain import explain
from dashboards.content.filters import read_state
from kpis.models import KPIVersion
from kpis.scopes import PORTAL
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.loads import new_dataset, write_rows
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db

#: older than the tickets, and without a priority
OLD = datetime(2026, 11, 3, tzinfo=UTC)
PEOPLE = [
    {"day": datetime(2026, month, 2), "team": team}
    for month in (8, 9, 10, 11)
    for team in ("Network", "Identity")
]


@pytest.fixture
def agents(owner: User, world: World) -> KPIVersion:
    data = new_dataset(owner, "People")
    write_rows(data, {"day": "timestamp", "team": "text"}, PEOPLE, as_of=OLD)
    definition = {"measure": {"agg": "count"}, "time_column": "day", "dimensions": ["team"]}
    return publish_kpi(owner, world.question, data, definition, name="Agents")


@pytest.fixture
def work(owner: User, world: World, volume: KPIVersion, agents: KPIVersion) -> KPIVersion:
    definition = {
        "measure": {"formula": "a / b", "kpis": {"a": volume.kpi.slug, "b": agents.kpi.slug}},
        "dimensions": ["team"],
    }
    return publish_kpi(
        owner, world.question, volume.dataset, definition, name="Work per agent", unit="number",
        precision=1,
    )  # fmt: skip


CHOICES = [
    {"key": "team", "column": "team", "label": "Team"},
    {"key": "priority", "column": "priority", "label": "Priority"},
]


def page(*tiles: dict[str, Any]) -> Document:
    keyed = [{"key": f"t{n}", "width": 6, **tile} for n, tile in enumerate(tiles)]
    filters = {"period": {"preset": "last_3"}, "choices": CHOICES}
    return parse({"schema": 1, "tiles": keyed, "filters": filters})


def shown(document: Document, query: str = "") -> Board:
    return board(document, read_state(document, QueryDict(query)), reader=PORTAL)


def test_every_kind_of_tile_shows_it(work: KPIVersion) -> None:
    number, line, bar, table = shown(
        page(
            {"type": "number", "kpi_version": work.pk},
            {"type": "line", "kpi_version": work.pk, "grain": "month"},
            {"type": "bar", "kpi_version": work.pk, "by": "team"},
            {"type": "table", "kpi_versions": [work.pk], "by": "team"},
        )
    ).tiles

    assert [tile.error for tile in (number, line, bar, table)] == [""] * 4
    assert number.number is not None
    parts = number.answers["now"].parts
    over, under = (p.answer.result.total.value for p in parts if p.answer.result is not None)
    assert str(number.number.value) == f"{over / under:.1f}"  # type: ignore[operator]
    assert number.as_of == OLD
    result = bar.answers["chart"].result
    assert result is not None
    assert [(p.segment, p.figure.value is None) for p in result] == [
        (("Identity",), False), (("Network",), False), ((None,), True),
    ]  # fmt: skip


def test_filter_that_a_part_lacks_is_named(work: KPIVersion) -> None:
    document = page({"type": "number", "kpi_version": work.pk})
    [tile] = shown(document, "priority=P1&team=Network").tiles
    over, under = (part.answer.result for part in tile.answers["now"].parts)

    assert tile.notes == ["Agents: Not filtered by Priority."]
    assert over is not None
    assert under is not None
    assert (over.total.rows, under.total.value) == (23, 3)


def test_filters_offer_the_values_of_every_part(work: KPIVersion) -> None:
    document = page({"type": "number", "kpi_version": work.pk})
    offered = {
        choice.key: [o["label"] for o in choice.options] for choice in shown(document).choices
    }

    assert offered["priority"] == ["P1", "P2", "P3"]


def test_explanation_names_each_part_with_its_own_number(work: KPIVersion) -> None:
    document = page({"type": "number", "kpi_version": work.pk})
    view = explain(
        document, document.tiles[0], read_state(document, QueryDict("priority=P1")), reader=PORTAL
    )

    assert view.words is not None
    assert view.words.formula == "Ticket volume ÷ Agents"
    assert [(p.kpi.name, p.ignored) for p in view.parts] == [
        ("Ticket volume", ""), ("Agents", "Priority"),
    ]  # fmt: skip
    assert view.parts[1].value == "6"
    assert view.as_of == OLD
    assert [source.version.dataset.name for source in view.lineage] == ["Tickets", "People"]


def test_board_of_many_derived_tiles_costs_the_queries_of_one(
    owner: User, work: KPIVersion
) -> None:
    tile = {"type": "number", "kpi_version": work.pk}

    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(page(*[tile] * count))
        return len(captured)

    assert queries(1) == queries(12) == 5
