from __future__ import annotations

from dataclasses import replace

from dashboards.rendering import summary
from kpis.engine.result import State
from tests.dashboards.rendering.results import COUNT, HOURS, ODD, SHARE, monthly, split, total


def test_summary_over_time() -> None:
    assert summary(HOURS, monthly([10.6, None, 12.4, 6.4], partial=True)) == (
        "Time to resolve, Jan 2026 to Apr 2026: first 10.6 h, last 6.4 h (so far). "
        "Lowest 6.4 h (Apr 2026), highest 12.4 h (Mar 2026). "
        "On target: target 8 h or less. 1 without a figure."
    )


def test_summary_over_categories_counts_who_is_on_target() -> None:
    assert summary(SHARE, split({"Identity": 0.86, "Desk": 0.97, None: State.UNDEFINED})) == (
        "SLA attainment. Lowest 86.0% (Identity), highest 97.0% (Desk). "
        "1 of 2 on target (95% or more). 1 without a figure."
    )


def test_summary_of_several_series_names_each() -> None:
    result = monthly({("A",): [1, 2], ("B",): [3, 4]}, by=("group",))

    assert summary(COUNT, result) == (
        "A, Jan 2026 to Feb 2026: first 1, last 2. B, Jan 2026 to Feb 2026: first 3, last 4."
    )


def test_summary_says_what_the_chart_leaves_out() -> None:
    result = monthly({(str(n),): [n, n] for n in range(9)}, by=("group",))

    assert summary(COUNT, result).endswith("3 more in the table.")


def test_summary_of_a_total() -> None:
    assert summary(HOURS, total(9.5)) == "Time to resolve: 9.5 h. Missed: target 8 h or less."


def test_summary_of_nothing() -> None:
    assert summary(COUNT, monthly([None])) == "Incidents: No data."


def test_summary_names_each_unusual_figure() -> None:
    assert summary(replace(COUNT, odd=(ODD,)), monthly([10, 11, 40])).endswith(
        "Mar 2026: 40, unusual: above what season and trend explain; expected 8 to 14."
    )
