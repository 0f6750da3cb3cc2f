from __future__ import annotations

from dataclasses import replace

import pytest

from ace_portal.lib.cells import rows_html
from dashboards.rendering import (
    Crossed,
    Goal,
    Odd,
    Table,
    comparison_table,
    data_table,
    headed,
    ordered,
    pivot_table,
)
from dashboards.rendering.pivot import MAX_COLUMNS
from dashboards.rendering.table import MAX_ROWS
from kpis.engine.result import Point, Result, State
from tests.dashboards.rendering.results import COUNT, HOURS, ODD, SHARE, fig, monthly, split, total


def texts(table: Table) -> list[list[str]]:
    head = [head.text for head in table.headers]
    return [head, *([cell.text for cell in row] for row in table.rows)]


def test_data_table_of_periods_and_segments() -> None:
    result = monthly({("A",): [0.5, None], ("B",): [0.25, 1]}, by=("group",))

    assert texts(data_table(SHARE, result, names=["Group"])) == [
        ["Period", "Group", "SLA attainment"],
        ["Jan 2026", "A", "50.0%"],
        ["Jan 2026", "B", "25.0%"],
        ["Feb 2026", "A", "No data"],
        ["Feb 2026", "B", "100.0%"],
    ]


def test_data_table_of_one_total() -> None:
    assert texts(data_table(HOURS, total(7.1))) == [
        ["Value", "Time to resolve"],
        ["Time to resolve", "7.1 h"],
    ]


def test_data_table_says_why_a_figure_is_undefined() -> None:
    table = data_table(SHARE, split({"A": State.UNDEFINED}))

    assert (table.rows[0][1].text, table.rows[0][1].reason) == ("–", "The denominator is zero.")


def test_data_table_marks_a_partial_period() -> None:
    table = data_table(COUNT, monthly([1, 2], partial=True))

    assert [row[1].note for row in table.rows] == ["", "so far"]


def test_data_table_holds_no_more_than_a_page() -> None:
    table = data_table(COUNT, split({str(n): n for n in range(MAX_ROWS + 5)}))

    assert (len(table.rows), table.left_out) == (MAX_ROWS, 5)


def test_comparison_table_puts_kpis_side_by_side() -> None:
    table = comparison_table(
        [(COUNT, split({"A": 50, "B": 100})), (SHARE, split({"B": 0.97, "C": 0.5}))],
        names=["Group"],
    )

    assert texts(table) == [
        ["Group", "Incidents", "SLA attainment"],
        ["A", "50", "No data"],
        ["B", "100", "97.0%"],
        ["C", "No data", "50.0%"],
    ]


def test_comparison_table_has_bars_from_zero_to_the_longest() -> None:
    table = comparison_table([(HOURS, split({"A": 5, "B": 10})), (SHARE, split({"A": 0.97}))])

    bars = [(cell.share, cell.target, cell.muted) for cell in table.rows[0][1:]]
    assert bars == [("50", "80", True), ("97", "95", True)]


def test_comparison_table_has_no_bars_below_zero() -> None:
    table = comparison_table([(COUNT, split({"A": -5, "B": 10}))])

    assert [row[1].share for row in table.rows] == [None, None]


def test_comparison_table_refuses_periods() -> None:
    with pytest.raises(ValueError, match="share their dimensions"):
        comparison_table([(COUNT, monthly([1]))])


def test_segment_is_judged_by_its_own_target() -> None:
    face = replace(SHARE, own=(("A", Goal(0.5, 0.4)),))
    table = comparison_table([(face, split({"A": 0.6, "B": 0.6}))])

    assert [(row[1].muted, row[1].target, row[1].note) for row in table.rows] == [
        (True, "50", "own target 50% or more"), (False, "95", ""),
    ]  # fmt: skip


def test_data_table_says_what_is_unusual_with_an_icon() -> None:
    below = Odd(ODD.start, above=False, low=8, high=14, how="trend")
    table = data_table(replace(COUNT, odd=(below,)), monthly([10, 11, 2]))
    html = rows_html(table.rows, bars=False)

    said = "unusual: below what the trend explains; expected 8 to 14"
    assert [row[1].odd for row in table.rows] == ["", "", said]
    assert html.count("#i-bolt") == html.count(said) == 1


def crossed() -> Crossed:
    """Two teams by two priorities; of B there is no P2."""
    cells = Result(
        tuple(
            Point(None, names, fig(value))
            for names, value in {("A", "P1"): 0.5, ("A", "P2"): 1.0, ("B", "P1"): 0.25}.items()
        ),
        None, ("team", "priority"), "UTC", None, "",
    )  # fmt: skip
    rows, columns = split({"A": 0.8, "B": 0.25}), split({"P1": 0.4, "P2": 1.0})
    return Crossed(cells, rows, columns, fig(0.6))


def test_pivot_has_its_totals_as_they_are_given_and_no_cell_where_nothing_is() -> None:
    table, left = pivot_table(SHARE, crossed(), name="Team")

    assert [head.text for head in table.headers] == ["Team", "P1", "P2", "All"]
    assert [[cell.text for cell in row] for row in (*table.rows, table.foot)] == [
        ["A", "50.0%", "100.0%", "80.0%"],
        ["B", "25.0%", "No data", "25.0%"],
        ["All", "40.0%", "100.0%", "60.0%"],
    ]
    assert left == 0


def test_pivot_shades_its_cells_and_never_its_totals() -> None:
    table, _left = pivot_table(SHARE, crossed(), name="Team", heat=True)
    html = rows_html(table.rows, bars=False)

    assert [[cell.heat for cell in row] for row in (*table.rows, table.foot)] == [
        [0, 2, 5, 0], [0, 1, 0, 0], [0, 0, 0, 0],
    ]  # fmt: skip
    assert 'class="table__num table__heat--5">100.0%' in html


def test_pivot_of_periods_keeps_the_last_ones_and_says_what_is_left_out() -> None:
    months = MAX_COLUMNS + 2
    values = list(range(months))
    cells = monthly({("A",): values}, by=("team",), partial=True)
    given = Crossed(cells, split({"A": 7}), monthly(values, partial=True), fig(7))

    table, left = pivot_table(COUNT, given, name="Team")

    assert (left, len(table.headers)) == (2, MAX_COLUMNS + 2)
    assert table.headers[-2].text.endswith(", so far")
    assert table.rows[0][1].text == "2"


def test_rows_are_ordered_by_figures_and_those_without_one_stand_last() -> None:
    table = comparison_table([(COUNT, split({"b": 9, "a": None, "C": 10}))])

    rising, falling = (ordered(table, 1, descending=way) for way in (False, True))

    assert [[row[0].text for row in one.rows] for one in (rising, falling)] == [
        ["b", "C", "a"], ["C", "b", "a"],
    ]  # fmt: skip
    assert [row[0].text for row in ordered(table, 0, descending=False).rows] == ["a", "b", "C"]


def test_heads_lead_to_the_greatest_first_and_from_there_back() -> None:
    table = comparison_table([(COUNT, split({"a": 1}))])

    def url(place: int, falling: bool) -> str:
        return f"{place} {falling}"

    assert [(head.url, head.order) for head in headed(table, url, None).headers] == [
        ("0 False", ""), ("1 True", ""),
    ]  # fmt: skip
    assert [(head.url, head.order) for head in headed(table, url, (1, True)).headers] == [
        ("0 False", ""), ("1 False", "descending"),
    ]  # fmt: skip
