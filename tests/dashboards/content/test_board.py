"""A board's figures are the engine's, its filters reach who has them, a failure stays alone."""

from __future__ import annotations

from datetime import UTC, date, datetime
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
from dashboards.content.models import Version
from dashboards.content.sources import sources_of
from kpis.engine.parsing import parse_where
from kpis.engine.query import Query
from kpis.engine.result import Result
from kpis.figures import Ask, answers
from kpis.models import KPI, Dataset, KPIVersion
from kpis.scopes import PORTAL
from kpis.services.kpis import change_draft, publish_version, start_version
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.loads import make_dataset, write_rows
from tests.fixtures.tickets import AS_OF, HOURS, TICKETS, make_tickets, ticket_rows
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db


def shown(version: Version | Document, query: str = "") -> Board:
    document = version if isinstance(version, Document) else parse(version.document)
    return board(document, read_state(document, QueryDict(query)), reader=PORTAL)


def ask(version: KPIVersion, **query: Any) -> Result:
    version = sources_of([version.pk])[version.pk].version
    result = answers([Ask(version, Query(**query))], reader=PORTAL)[0].result
    assert result is not None
    return result


def page(*tiles: dict[str, Any], choices: list[dict[str, str]] | None = None) -> Document:
    keyed = [{"key": f"t{n}", "width": 6, **tile} for n, tile in enumerate(tiles)]
    filters = {"period": {"preset": "last_3"}, "choices": choices or []}
    return parse({"schema": 1, "tiles": keyed, "filters": filters})


THREE = {"start": date(2026, 8, 1), "end": date(2026, 11, 1)}


def test_number_is_the_engines_and_compares_with_the_stretch_before(sla: KPIVersion) -> None:
    tile = shown(page({"type": "number", "kpi_version": sla.pk})).tiles[0]
    now = ask(sla, **THREE).total
    before = ask(sla, start=date(2026, 5, 1), end=date(2026, 8, 1)).total

    assert tile.answers["now"].result is not None
    assert tile.answers["now"].result.total == now
    assert tile.answers["before"].result is not None
    assert tile.answers["before"].result.total == before
    assert tile.number is not None
    assert str(tile.number.value) == f"{(now.value or 0) * 100:.1f}%"
    assert tile.number.comparison == "vs the 3 months before"
    assert tile.number.status == "bad"
    assert tile.number.spark is not None


@pytest.mark.parametrize(
    ("against", "text", "words"),
    [
        ("target", "22.3 pt", "from the target"),
        ("baseline", "17.3 pt", "vs the baseline"),
        ("none", None, ""),
    ],
)
def test_number_says_what_it_is_held_against(
    sla: KPIVersion, against: str, text: str | None, words: str
) -> None:
    KPI.objects.filter(pk=sla.kpi_id).update(baseline=0.9)
    [tile] = shown(page({"type": "number", "kpi_version": sla.pk, "compare": against})).tiles

    assert tile.number is not None
    assert (tile.number.delta and tile.number.delta.text) == text
    if text:
        assert tile.number.comparison == words


def test_year_before_is_the_same_stretch_of_that_year(volume: KPIVersion) -> None:
    [tile] = shown(
        page({"type": "number", "kpi_version": volume.pk, "compare": "year"}),
        "period=own&from=2026-11-01&to=2026-11-30",
    ).tiles
    before = tile.answers["before"].result

    assert before is not None
    assert before.total == ask(
        volume, start=date(2025, 11, 1), end=date(2025, 12, 1),
        until=datetime(2025, 11, 10, 6, tzinfo=UTC),
    ).total  # fmt: skip
    assert tile.number is not None
    assert tile.number.comparison == "vs the same stretch a year before"


def test_running_month_is_compared_with_the_same_stretch(volume: KPIVersion) -> None:
    document = page({"type": "number", "kpi_version": volume.pk})
    tile = shown(document, "period=own&from=2026-11-01&to=2026-11-30").tiles[0]
    before = tile.answers["before"].result

    assert before is not None
    cut = [row for row in ticket_rows() if row["opened_at"].strftime("%Y-%m") == "2026-10"]
    assert before.total.value == sum(row["opened_at"].day < 10 for row in cut)
    assert tile.number is not None
    assert (tile.number.comparison, tile.number.note) == ("vs the same stretch before", "so far")


def test_charts_and_tables_carry_the_engines_figures(draft: Version, sla: KPIVersion) -> None:
    tiles = shown(draft, "period=last_3").tiles
    line, bar, table = tiles[3], tiles[4], tiles[7]

    assert line.answers["chart"].result == ask(sla, **THREE, grain="month")
    assert bar.answers["chart"].result == ask(sla, **THREE, by=("priority",))
    assert table.answers[str(sla.pk)].result == ask(sla, **THREE, by=("team",))
    assert line.table is not None
    assert [row[0].text for row in line.table.rows] == ["Aug 2026", "Sep 2026", "Oct 2026"]
    assert line.figure is not None
    assert line.summary.startswith("SLA attainment, Aug 2026 to Oct 2026")


def test_one_month_is_drawn_by_day(sla: KPIVersion) -> None:
    document = page({"type": "line", "kpi_version": sla.pk, "grain": "month"})
    tile = shown(document, "period=last_month").tiles[0]

    assert tile.answers["chart"].result is not None
    assert tile.answers["chart"].result.grain == "day"


def test_dropdown_reaches_the_tiles_that_have_it_and_the_others_say_so(
    draft: Version, sla: KPIVersion
) -> None:
    tiles = shown(draft, "period=last_3&priority=P1").tiles
    numbers = {tile.sources[0].kpi.name: tile for tile in tiles if tile.type == "number"}
    where = parse_where({"column": "priority", "op": "in", "value": ["P1"]})

    attained = numbers["SLA attainment"]
    assert attained.answers["now"].result is not None
    assert attained.answers["now"].result.total == ask(sla, **THREE, where=where).total
    assert attained.notes == []
    assert numbers["Time to resolve"].notes == ["Not filtered by Priority."]


def test_options_are_the_values_of_the_data_and_keep_what_was_chosen(draft: Version) -> None:
    choices = shown(draft, "team=~&team=Gone").choices
    team = next(choice for choice in choices if choice.label == "Team")

    assert [(o["value"], o["label"], o["selected"]) for o in team.options] == [
        ("Identity", "Identity", False),
        ("Network", "Network", False),
        ("~", "(empty)", True),
        ("Gone", "Gone", True),
    ]


def test_category_keeps_its_hue_whatever_is_filtered(volume: KPIVersion) -> None:
    tile = {"type": "line", "kpi_version": volume.pk, "grain": "month", "by": "team"}
    team = {"key": "team", "column": "team", "label": "Team"}
    document = page(tile, {**tile, "grain": "quarter"}, choices=[team])

    def hue(query: str, place: int) -> list[str]:
        figure = shown(document, query).tiles[place].figure
        assert figure is not None
        return [t["line"]["color"] for t in figure["data"] if t["name"] == "Network"]

    both = "period=last_12&team=Network&team=Identity"
    assert hue("period=last_12", 0)[0] == hue("period=last_12", 1)[0] == hue(both, 0)[0]


def test_failed_tile_says_why_and_the_rest_stands(
    owner: User, world: World, sla: KPIVersion, tickets: Dataset
) -> None:
    broken = make_tickets(owner, ticket_rows(2), name="Broken")
    lost = publish_kpi(owner, world.question, broken, HOURS, name="Lost column")
    narrow = {name: kind for name, kind in TICKETS.items() if name != "hours"}
    write_rows(broken, narrow, [], as_of=AS_OF)
    empty = make_tickets(owner, [], name="None")
    unloaded = publish_kpi(owner, world.question, empty, HOURS, name="Unloaded")
    Dataset.objects.filter(pk=empty.pk).update(live=None)

    tiles = shown(
        page(
            {"type": "number", "kpi_version": lost.pk},
            {"type": "number", "kpi_version": sla.pk},
            {"type": "number", "kpi_version": unloaded.pk},
            {"type": "number", "kpi_version": 999_999},
            {"type": "text", "text": "Still **here**"},
        )
    ).tiles

    assert [bool(tile.error) for tile in tiles] == [True, False, True, True, False]
    assert "“hours”" in tiles[0].error
    assert tiles[2].error == "The data of this KPI has not been loaded yet."
    assert tiles[1].number is not None
    assert tiles[4].html == "<p>Still <strong>here</strong></p>\n"


def test_board_of_twelve_tiles_costs_the_queries_of_two(
    sla: KPIVersion, volume: KPIVersion, hours: KPIVersion
) -> None:
    kinds = [
        {"type": "number", "kpi_version": sla.pk},
        {"type": "line", "kpi_version": volume.pk, "grain": "month"},
        {"type": "bar", "kpi_version": hours.pk, "by": "team"},
        {"type": "table", "kpi_versions": [sla.pk, hours.pk], "by": "team"},
    ]

    def queries(*tiles: dict[str, Any]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            shown(page(*tiles))
        return len(captured)

    assert queries(*kinds[:2]) == queries(*(kinds * 3)) == 4


def test_explanation_takes_the_same_figure_apart(draft: Version, sla: KPIVersion) -> None:
    document = parse(draft.document)
    state = read_state(document, QueryDict("period=last_3&team=Network"))
    view = explain(document, document.tiles[0], state, reader=PORTAL)
    where = parse_where({"column": "team", "op": "in", "value": ["Network"]})

    assert view.figure == ask(sla, **THREE, where=where).total
    assert view.filters == "1 Aug to 31 Oct 2026; Team: Network"
    assert (view.numerator, view.denominator) == (
        str(view.figure.numerator), str(view.figure.denominator),
    )  # fmt: skip
    assert view.sql.startswith("SELECT")


def test_chart_says_when_its_formula_changed_and_why(owner: User, sla: KPIVersion) -> None:
    KPIVersion.objects.filter(pk=sla.pk).update(published_at=datetime(2026, 1, 1, tzinfo=UTC))
    start_version(actor=owner, kpi=sla.kpi, reason="Waiting does not count.")
    change_draft(actor=owner, kpi=sla.kpi, definition={**sla.definition, "null_rule": "exclude"})
    new = publish_version(actor=owner, kpi=sla.kpi)
    KPIVersion.objects.filter(pk=new.pk).update(published_at=datetime(2026, 9, 15, tzinfo=UTC))
    tiles = [{"type": "line", "kpi_version": pk, "grain": "month"} for pk in (sla.pk, new.pk)]
    before, after = shown(page(*tiles)).tiles

    assert before.notes == []  # it stays with the version that it was made with
    assert after.notes == ["Formula changed with v2 on 15 Sep 2026: Waiting does not count."]
    assert after.figure is not None
    assert "v2" in [note["text"] for note in after.figure["layout"]["annotations"]]


WORDS = """
SELECT TIMESTAMP '2026-09-01 08:00:00' AS opened_at, md5(CAST(i AS VARCHAR)) || md5(CAST(-i AS
VARCHAR)) AS word FROM range(300000) AS r(i)
"""


def test_figure_that_takes_too_much_memory_stays_alone(
    owner: User, world: World, settings: Any
) -> None:
    settings.QUERY_MEMORY_MB = 24
    data = make_dataset(owner, "Words", WORDS)
    several = {"agg": "count_distinct", "column": "word"}
    versions = [
        publish_kpi(
            owner, world.question, data, {"measure": m, "time_column": "opened_at"}, name=name
        )
        for name, m in (("Rows", {"agg": "count"}), ("Different words", several))
    ]
    tiles = ({"type": "number", "kpi_version": version.pk} for version in versions)
    counted, large = shown(page(*tiles), "period=all").tiles

    assert (str(counted.number and counted.number.value), counted.error) == ("300,000", "")
    assert large.error.startswith("This needs more memory than a figure may use.")


def test_damaged_file_is_a_sentence_on_its_tile(owner: User, world: World, sla: KPIVersion) -> None:
    data = make_dataset(owner, "Words", WORDS.replace("300000", "30"))
    count = {"measure": {"agg": "count"}, "time_column": "opened_at", "dimensions": ["word"]}
    version = publish_kpi(owner, world.question, data, count, name="Rows")
    load = Dataset.objects.select_related("live").get(pk=data.pk).live
    assert load is not None
    load.file.write_bytes(b"PAR1" + load.file.read_bytes()[4:40] + b"PAR1")
    tiles = ({"type": "number", "kpi_version": pk} for pk in (version.pk, sla.pk))
    lost, whole = shown(
        page(*tiles, choices=[{"key": "c", "label": "Word", "column": "word"}])
    ).tiles

    assert lost.error == "The data could not be read."
    assert (whole.number is not None, whole.error) == (True, "")
