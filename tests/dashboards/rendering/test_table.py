from __future__ import annotations

from dataclasses import replace

import pytest

from ace_portal.lib.cells import rows_html
from dashboards.rendering import Goal, Odd, Table, comparison_table, data_table
from dashboards.rendering.table import MAX_ROWS
from kpis.engine.result import State
from tests.dashboards.rendering.results import COUNT, HOURS, ODD, SHARE, monthly, split, total


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
