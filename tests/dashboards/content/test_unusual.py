"""A chart marks what is unusual of the figures that it shows, and of no others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from dashboards.content.board import board
from dashboards.content.document import Document, parse, to_json
from dashboards.content.explain import explain
from dashboards.content.filters import read_state
from dashboards.content.models import Version
from dashboards.content.services.releases import release_version
from kpis.models import Dataset, KPIVersion, Measurement
from kpis.scopes import PORTAL, Reader
from kpis.services.policies import set_policy
from tests.fixtures.busy import ODD
from tests.fixtures.loads import write_rows
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db

Open = Callable[[User | None], Client]
WORDS = "20 Apr 2026: 49, unusual: above what season and trend explain; expected "


def line(version: KPIVersion, **more: Any) -> dict[str, Any]:
    return {"type": "line", "kpi_version": version.pk, "grain": "day", **more}


def page(*tiles: dict[str, Any]) -> Document:
    keyed = [{"key": f"t{n}", "width": 6, **tile} for n, tile in enumerate(tiles)]
    choices = [{"key": "team", "label": "Team", "column": "team"}]
    return parse(
        {
            "schema": 1,
            "tiles": keyed,
            "filters": {"period": {"preset": "last_month"}, "choices": choices},
        }
    )


def marked(document: Document, query: str = "", reader: Reader = PORTAL) -> list[tuple[str, ...]]:
    state = read_state(document, QueryDict(query))
    return [tile.unusual for tile in board(document, state, reader=reader).tiles]


def said(document: Document, query: str = "", reader: Reader = PORTAL) -> str:
    state = read_state(document, QueryDict(query))
    return explain(document, document.tiles[0], state, reader=reader).marking


def test_chart_rings_the_figure_that_is_unusual_and_says_so(odd_day: KPIVersion) -> None:
    document = page(line(odd_day))
    (tile,) = board(document, read_state(document, QueryDict("")), reader=PORTAL).tiles

    assert [words.startswith(WORDS) for words in tile.unusual] == [True]
    assert tile.unusual[0] in tile.summary
    assert tile.figure is not None
    assert tile.figure["data"][-1]["marker"]["line"]["color"] == "--watch"
    assert tile.table is not None
    assert [row[0].text for row in tile.table.rows if row[1].odd] == ["20 Apr 2026"]
    assert "MSTL with exponential smoothing, by augurs" in said(document)


@pytest.mark.parametrize(
    ("more", "query", "why"),
    [
        ({}, "team=Network", "while the chart is filtered"),
        ({"by": "team"}, "", "the parts of a figure are not looked at"),
        ({"grain": "week"}, "period=all", "counts by another period"),
    ],
)
def test_figures_that_were_never_looked_at_bear_no_mark_and_say_why(
    odd_day: KPIVersion, more: dict[str, Any], query: str, why: str
) -> None:
    document = page(line(odd_day, **more))

    assert marked(document, query) == [()]
    assert why in said(document, query)


def test_reader_of_some_rows_sees_nothing_of_what_all_rows_together_have(
    odd_day: KPIVersion, owner: User, member: User, world: World, days: Dataset
) -> None:
    rules = {world.group: ["Network"]}
    set_policy(actor=owner, dataset=days, column="team", attribute="", rules=rules)
    document = page(line(odd_day))

    assert marked(document, reader=member) == [()]
    assert "you see some of them" in said(document, reader=member)
    assert len(marked(document, reader=owner)[0]) == 1


def test_newer_data_bears_no_mark_until_it_was_looked_at(
    odd_day: KPIVersion, days: Dataset
) -> None:
    rows = [{"at": ODD, "team": "Network"}] * 49
    write_rows(
        days, {"at": "timestamp", "team": "text"}, rows, as_of=datetime(2026, 5, 1, tzinfo=UTC)
    )
    document = page(line(odd_day))

    assert marked(document) == [()]
    assert "has not been looked at since the data was loaded" in said(document)


def test_figure_that_is_another_than_was_looked_at_bears_no_mark(odd_day: KPIVersion) -> None:
    Measurement.objects.filter(version=odd_day, period_start__date=ODD.date()).update(value=56)

    assert marked(page(line(odd_day))) == [()]


def test_board_of_many_charts_asks_once_for_what_is_unusual(odd_day: KPIVersion) -> None:
    def queries(*tiles: dict[str, Any]) -> int:
        document = page(*tiles)
        with CaptureQueriesContext(connection) as captured:
            marked(document)
        return len(captured)

    assert queries(line(odd_day)) == queries(*[line(odd_day)] * 12)


def test_page_and_api_say_it_to_readers(
    odd_day: KPIVersion, owner: User, ace: User, working_draft: Version, client_of: Open
) -> None:
    document = to_json(page(line(odd_day)))
    Version.objects.filter(pk=working_draft.pk).update(document=document)
    dashboard = working_draft.dashboard
    release_version(actor=owner, dashboard=dashboard)
    shown = client_of(ace).get(f"/dashboards/{dashboard.slug}/").text
    told = client_of(ace).get(f"/api/v1/dashboards/{dashboard.slug}/figures/").json()

    assert shown.count(WORDS) >= 2  # beside the chart, and in its summary
    assert WORDS in told["tiles"][0]["summary"]
