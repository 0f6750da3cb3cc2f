"""Bullet, gauge, histogram, boxes and scatter: their figures are the engine's."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from dashboards.content.board import Board, board
from dashboards.content.document import Document, parse, to_json
from dashboards.content.exporting import blocks_of
from dashboards.content.filters import read_state
from dashboards.content.models import Version
from dashboards.content.services import drafts
from dashboards.content.sources import sources_of
from dashboards.content.view import TileView
from kpis.engine.query import Query
from kpis.engine.result import Result
from kpis.figures import Ask, answers
from kpis.models import KPIVersion
from kpis.scopes import PORTAL
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.loads import new_dataset, write_rows
from tests.fixtures.tickets import AS_OF, HOURS, TICKETS, ticket_rows
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
THREE = {"start": date(2026, 8, 1), "end": date(2026, 11, 1)}


def page(*tiles: dict[str, Any]) -> Document:
    keyed = [{"key": f"t{n}", "width": 6, **tile} for n, tile in enumerate(tiles)]
    filters = {"period": {"preset": "last_3"}, "choices": []}
    return parse({"schema": 1, "tiles": keyed, "filters": filters})


def shown(*tiles: dict[str, Any], query: str = "") -> Board:
    document = page(*tiles)
    return board(document, read_state(document, QueryDict(query)), reader=PORTAL)


def one(tile: dict[str, Any], query: str = "") -> TileView:
    [found] = shown(tile, query=query).tiles
    assert found.error == ""
    return found


def ask(version: KPIVersion, **query: Any) -> Result:
    version = sources_of([version.pk])[version.pk].version
    result = answers([Ask(version, Query(**query))], reader=PORTAL)[0].result
    assert result is not None
    return result


def within(rows: list[dict[str, Any]]) -> list[float]:
    return [row["hours"] for row in rows if date(2026, 8, 1) <= row["opened_at"].date()
            < date(2026, 11, 1)]  # fmt: skip


@pytest.mark.parametrize("kind", ["bullet", "gauge"])
def test_dial_holds_the_engines_figure_against_the_target(sla: KPIVersion, kind: str) -> None:
    month = "period=own&from=2026-10-01&to=2026-10-31"
    tile = one({"type": kind, "kpi_version": sla.pk}, month)
    value = ask(sla, start=date(2026, 10, 1), end=date(2026, 11, 1)).total.value or 0

    assert tile.number is not None
    assert tile.dial is not None
    assert str(tile.number.value) == f"{value * 100:.1f}%"
    assert float(tile.dial.at or 0) == pytest.approx(value * 100, abs=0.01)
    assert [(band.tone, band.words) for band in tile.dial.bands] == [
        ("bad", "up to 90%"), ("watch", "90% to 95%"), ("good", "from 95%"),
    ]  # fmt: skip
    assert tile.number.status_word in tile.summary
    assert parse(to_json(page(tile_json := {"type": kind, "kpi_version": sla.pk}))) == page(
        tile_json
    )


def test_dial_without_a_target_shows_the_plain_figure_and_says_so(volume: KPIVersion) -> None:
    tile = one({"type": "gauge", "kpi_version": volume.pk})

    assert tile.dial is None
    assert tile.number is not None
    assert tile.number.value.number == f"{ask(volume, **THREE).total.value}"
    assert "There is no target to hold it against." in tile.notes


def test_histogram_counts_each_case_once(hours: KPIVersion) -> None:
    tile = one({"type": "histogram", "kpi_version": hours.pk})
    values = within(ticket_rows())

    assert tile.figure is not None
    assert tile.table is not None
    counts = tile.figure["data"][0]["y"]
    assert sum(counts) == len(values)
    edges = [float(text.removesuffix(" h").split(" to below ")[0]) for text in
             (row[0].text for row in tile.table.rows)]  # fmt: skip
    ends = [*edges[1:], float("inf")]
    assert counts == [
        sum(low <= value < high for value in values)
        for low, high in zip(edges, ends, strict=True)
    ]  # fmt: skip
    assert len({round(b - a, 9) for a, b in pairwise(edges)}) == 1
    [block] = blocks_of(shown({"type": "histogram", "kpi_version": hours.pk}))
    assert [row[1] for row in block.rows[3:]] == [row[0].text for row in tile.table.rows]


def test_histogram_is_asked_in_two_goes_however_many_there_are(
    owner: User, hours: KPIVersion
) -> None:
    def queries(n: int) -> int:
        document = page(*[{"type": "histogram", "kpi_version": hours.pk}] * n)
        state = read_state(document, QueryDict(""))
        with CaptureQueriesContext(
            connection,
        ) as found:
            board(document, state, reader=owner)
        return len(found)

    queries(1)
    assert queries(1) == queries(3)


def spread_over(owner: User, world: World, *more: Any) -> KPIVersion:
    """A KPI over hours of which some lie where others do not."""
    rows = ticket_rows()
    rows += [{**rows[-1], "opened_at": rows[30]["opened_at"], "hours": value} for value in more]
    dataset = new_dataset(owner, "Odd tickets")
    write_rows(dataset, TICKETS, rows, as_of=AS_OF)
    return publish_kpi(owner, world.question, dataset, HOURS, name="Odd hours", unit_label="h")


def test_long_tail_is_gathered_and_said(owner: User, world: World) -> None:
    version = spread_over(owner, world, 4000.0, 9000.5, None)
    tile = one({"type": "histogram", "kpi_version": version.pk}, "period=all")

    assert tile.table is not None
    assert tile.table.rows[-1][0].text.endswith("and more")
    assert tile.table.rows[-1][1].text == "2"
    said = f"The last bar gathers the rest: 2 cases, {tile.table.rows[-1][0].text}."
    assert said in tile.notes
    assert "1 case has no value." in tile.notes


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_histogram_of_what_is_no_finite_number_says_so(
    owner: User, world: World, value: float
) -> None:
    version = spread_over(owner, world, value)
    [tile] = shown({"type": "histogram", "kpi_version": version.pk}, query="period=all").tiles

    assert tile.error == "The column holds values that are no finite numbers."
    assert tile.figure is None


def test_boxes_are_the_engines_quantiles(hours: KPIVersion) -> None:
    tile = one({"type": "box", "kpi_version": hours.pk, "by": "team"})
    middle = {point.segment: point.figure for point in ask(hours, by=("team",), **THREE)}

    assert tile.table is not None
    assert tile.figure is not None
    assert {row[0].text: row[3].text for row in tile.table.rows} == {
        name or "(empty)": f"{figure.value:.1f} h" for (name,), figure in middle.items()
    }
    [trace] = tile.figure["data"]
    quarter = tile.answers["quantile 0.25"].result
    assert quarter is not None
    assert trace["base"] == [point.figure.value for point in quarter]


def test_scatter_has_a_mark_for_each_value_with_both_figures(
    sla: KPIVersion, volume: KPIVersion
) -> None:
    shape = {"type": "scatter", "kpi_versions": [volume.pk, sla.pk], "by": "team"}
    tile, line = shown(
        shape, {"type": "line", "kpi_version": volume.pk, "grain": "month", "by": "team"}
    ).tiles
    along, up = (
        {p.segment: p.figure.value for p in ask(v, by=("team",), **THREE)} for v in (volume, sla)
    )

    assert tile.figure is not None
    assert line.figure is not None
    [trace] = tile.figure["data"]
    assert trace["x"] == list(along.values())
    assert trace["y"] == pytest.approx([(up[segment] or 0) * 100 for segment in along])
    assert tile.table is not None
    assert len(tile.table.rows) == len(along)
    names = [text.split(":")[0] for text in trace["hovertext"]]
    hues = dict(zip(names, trace["marker"]["color"], strict=True))
    lines = {t["name"]: t["line"]["color"] for t in line.figure["data"]}
    assert {name: hue for name, hue in hues.items() if hue != "--surface"}.items() <= lines.items()


@pytest.mark.parametrize("shape", [{"type": "histogram"}, {"type": "box", "by": "team"}])
def test_spread_of_what_has_no_column_of_numbers_is_refused(
    owner: User, draft: Version, volume: KPIVersion, shape: dict[str, Any]
) -> None:
    with pytest.raises(Invalid, match="not made of a column of numbers") as caught:
        drafts.add_tile(
            actor=owner, dashboard=draft.dashboard, revision=draft.revision,
            tile={**shape, "width": 6, "kpi_version": volume.pk},
        )  # fmt: skip
    assert caught.value.field == "kpi_version"


@pytest.mark.parametrize("shape", [
    {"type": "line", "grain": "month"}, {"type": "bar", "by": "team"}, {"type": "number"},
    {"type": "pivot", "by": "team", "grain": "month"}, {"type": "gauge"},
])  # fmt: skip
def test_title_says_the_engines_figures_and_follows_the_filters(
    sla: KPIVersion, shape: dict[str, Any]
) -> None:
    title = "{now} after {before}, {change}, of {target} in {period} & %{y} <b>"
    given = {**shape, "kpi_version": sla.pk, "title": title}

    def said(query: str, **asked: Any) -> tuple[str, str]:
        tile = one(given, query)
        assert not [name for name in tile.answers if name.startswith("title")]
        value = ask(sla, **asked).total.value or 0
        return tile.title, f"{value * 100:.1f}% after"

    three, value = said("", **THREE)
    assert three.startswith(value)
    assert "pt, of 95% in" in three
    assert three.endswith(" & %{y} <b>")
    month, value = said(
        "period=own&from=2026-10-01&to=2026-10-31",
        start=date(2026, 10, 1), end=date(2026, 11, 1),
    )  # fmt: skip
    assert month.startswith(value)
    assert "Oct 2026" in month


def test_title_has_a_dash_where_a_figure_is_missing(volume: KPIVersion) -> None:
    tile = one(
        {"type": "line", "grain": "month", "kpi_version": volume.pk,
         "title": "{before} before, {target} wanted"}, "period=all",
    )  # fmt: skip

    assert tile.title == "– before, – wanted"


@pytest.mark.parametrize(
    ("tile", "words"),
    [
        ({"type": "line", "grain": "month", "title": "Now {noww}"}, "no figure “{noww}”"),
        ({"type": "text", "text": "x", "title": "Now {now}"}, "has no KPI"),
    ],
)
def test_title_with_a_figure_that_there_is_not_is_refused(
    owner: User, draft: Version, volume: KPIVersion, tile: dict[str, Any], words: str
) -> None:
    own = {} if tile["type"] == "text" else {"kpi_version": volume.pk}
    with pytest.raises(Invalid, match=words) as caught:
        drafts.add_tile(
            actor=owner, dashboard=draft.dashboard, revision=draft.revision,
            tile={**tile, **own, "width": 6},
        )  # fmt: skip
    assert caught.value.field == "title"


def test_two_calendars_are_not_drawn_over_each_other(
    owner: User, world: World, draft: Version, volume: KPIVersion
) -> None:
    there = publish_kpi(
        owner, world.question, volume.dataset, {**volume.definition, "time_zone": "Asia/Tokyo"},
        name="Volume in Tokyo",
    )  # fmt: skip
    tile = {"type": "combined", "kpi_versions": [volume.pk, there.pk], "grain": "month"}
    [old] = shown(tile).tiles

    assert "begin at different times (UTC, Asia/Tokyo)" in old.error
    with pytest.raises(Invalid, match="Show them in two charts"):
        drafts.add_tile(
            actor=owner, dashboard=draft.dashboard, revision=draft.revision,
            tile={**tile, "width": 6},
        )  # fmt: skip
