from __future__ import annotations

from dashboards.rendering import NumberView, number_view
from dashboards.rendering.format import Delta, Number
from kpis.engine.result import Figure, State
from tests.dashboards.rendering.results import COUNT, HOURS, fig, monthly


def test_number_view_says_all_about_a_figure() -> None:
    view = number_view(HOURS, Figure(7.1), previous=Figure(8.2), comparison="vs May")

    assert view == NumberView(
        value=Number("7.1", "h"),
        delta=Delta("1.1 h", "−13%", "down", "good"),
        comparison="vs May",
        status="good",
        status_word="On target",
        target="8 h or less",
        note="",
        spark=None,
    )


def test_number_view_without_a_target_has_no_status() -> None:
    view = number_view(COUNT, Figure(3))

    assert (view.status, view.status_word, view.target) == (None, "", "")


def test_number_view_of_an_undefined_figure_gives_its_reason() -> None:
    view = number_view(HOURS, fig(State.UNDEFINED), previous=Figure(1))

    assert (view.value.number, view.value.reason) == ("–", "The denominator is zero.")
    assert (view.delta, view.status) == (None, None)


def test_number_view_carries_its_trend() -> None:
    assert number_view(COUNT, Figure(2), trend=monthly([1, 2])).spark is not None
