from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboards.rendering import Face, Goal, Mark, Tile, figure, hues, marks_in
from dashboards.rendering.figures.bars import MAX_BARS
from dashboards.rendering.figures.colours import FOCUS, MUTED
from dashboards.rendering.figures.series import MAX_SERIES
from dashboards.rendering.safety import check, label
from kpis.engine.result import State
from tests.dashboards.rendering.results import (
    COUNT,
    HOURS,
    MISSING,
    ODD,
    SHARE,
    monthly,
    split,
    total,
)

LINE = Tile("t", "line", "Is it faster?")
BAR = Tile("t", "bar", "Who is slow?")


def drawn(*args: Any, **options: Any) -> dict[str, Any]:
    result = figure(*args, **options)
    assert result is not None
    return result


def test_line_shows_shares_in_percent() -> None:
    data = drawn(LINE, SHARE, monthly([0.9, 0.91]))["data"]

    assert [trace["y"] for trace in data] == [[90.0, 91.0]]


def test_line_breaks_where_there_is_no_data() -> None:
    [trace] = drawn(LINE, COUNT, monthly([1, 2, None, 4, 5]))["data"]

    assert trace["y"] == [1.0, 2.0, None, 4.0, 5.0]
    assert trace["connectgaps"] is False


def test_line_breaks_where_a_period_is_undefined() -> None:
    [trace] = drawn(LINE, SHARE, monthly([0.5, State.UNDEFINED, 0.6]))["data"]

    assert trace["y"] == [50.0, None, 60.0]


def test_line_breaks_where_a_period_is_missing() -> None:
    [trace] = drawn(LINE, COUNT, monthly([1, 2, MISSING, 4]))["data"]

    assert trace["y"] == [1.0, 2.0, None, 4.0]


def test_line_marks_a_figure_between_two_gaps() -> None:
    [trace] = drawn(LINE, COUNT, monthly([1, None, 3, None, 5, 6]))["data"]

    assert trace["mode"] == "lines+markers"
    assert trace["marker"]["size"] == [6, 0, 6, 0, 0, 0]


def test_line_is_dotted_into_a_partial_period() -> None:
    full, partial = drawn(LINE, COUNT, monthly([1, 2, 3], partial=True))["data"]

    assert full["y"] == [1.0, 2.0, None]
    assert (partial["x"], partial["y"]) == ([1, 2], [2.0, 3.0])
    assert partial["line"]["dash"] == "2px,5px"


def test_line_has_the_target_dashed_with_its_label() -> None:
    layout = drawn(LINE, HOURS, monthly([7, 9]))["layout"]

    [line] = layout["shapes"]
    assert (line["y0"], line["y1"], line["line"]["dash"]) == (8.0, 8.0, "5px,4px")
    assert layout["annotations"][-1]["text"] == "Target, 8 h or less"


def test_line_axis_holds_the_target() -> None:
    layout = drawn(LINE, HOURS, monthly([1, 2]))["layout"]

    assert layout["yaxis"]["range"] == [0.0, 8.0]


def test_line_of_a_band_shows_both_ends() -> None:
    face = Face("Work", direction="band", target=Goal((5, 10)))

    shapes = drawn(LINE, face, monthly([7, 8]))["layout"]["shapes"]

    assert [shape["y0"] for shape in shapes] == [5.0, 10.0]


@pytest.mark.parametrize(
    ("values", "side"),
    [
        ([9, 12, 11], "top"),
        ([9, 12, 8.6], "middle"),
        ([9, 6, 7.5], "middle"),
        ([9, 6, 11], "bottom"),
        ([9, 12, 8.3], "bottom"),
    ],
)
def test_last_value_keeps_clear_of_line_and_target(values: list[float], side: str) -> None:
    """The target is 8 hours; "top" hangs the text under the mark, "middle" puts it beside."""
    layout = drawn(LINE, HOURS, monthly(values))["layout"]
    note = layout["annotations"][0]

    assert note["yanchor"] == side
    assert (layout["margin"]["r"] > len(note["text"]) * 6) is (side == "middle")


def test_line_of_several_segments_names_them_at_their_ends() -> None:
    result = monthly({("A",): [1, 2], ("B",): [3, 4]}, by=("group",))

    drawing = drawn(LINE, COUNT, result)

    notes = drawing["layout"]["annotations"]
    assert [note["text"] for note in notes] == ["B", "●", "A", "●"]
    assert [trace["line"]["color"] for trace in drawing["data"]] == ["--chart-1", "--chart-2"]


def test_line_names_that_would_touch_are_moved_apart() -> None:
    result = monthly({("A",): [1, 100], ("B",): [3, 100.1], ("C",): [0, 0]}, by=("group",))

    notes = drawn(LINE, COUNT, result)["layout"]["annotations"]

    b, a = (note["y"] for note in notes if note["text"] in {"A", "B"})
    assert b - a > 5


def test_line_draws_no_more_series_than_the_eye_compares() -> None:
    result = monthly({(str(n),): [n, n] for n in range(20)}, by=("group",))

    assert len(drawn(LINE, COUNT, result)["data"]) == MAX_SERIES


def test_columns_begin_at_zero() -> None:
    layout = drawn(BAR, COUNT, monthly([980, 990, 1000]))["layout"]

    assert layout["yaxis"]["range"] == [0.0, 1000.0]
    assert layout["yaxis"]["ticktext"] == ["0", "250", "500", "750", "1,000"]


def test_columns_hatch_the_partial_period() -> None:
    [trace] = drawn(BAR, COUNT, monthly([3, 4, 1], partial=True))["data"]

    assert trace["marker"]["pattern"]["shape"] == ["", "", "/"]


def test_columns_below_zero_keep_the_zero_line() -> None:
    layout = drawn(BAR, COUNT, monthly([-3, 4]))["layout"]

    assert layout["yaxis"]["range"][0] < 0
    assert layout["yaxis"]["zeroline"] is True


def test_bars_lie_and_begin_at_zero() -> None:
    drawing = drawn(BAR, SHARE, split({"Network": 0.89, "Desk": 0.97}))

    [trace] = drawing["data"]
    assert (trace["orientation"], trace["x"], trace["y"]) == ("h", [89.0, 97.0], [0, 1])
    assert drawing["layout"]["xaxis"]["range"] == [0.0, 100.0]
    assert drawing["layout"]["yaxis"]["ticktext"] == ["Network", "Desk"]


def test_bars_draw_the_eye_to_what_misses_the_target() -> None:
    [trace] = drawn(BAR, SHARE, split({"Network": 0.89, "Desk": 0.97}))["data"]

    assert trace["marker"]["color"] == [FOCUS, MUTED]


def test_bars_say_their_values() -> None:
    notes = drawn(BAR, COUNT, split({"A": 1200, "B": 30}))["layout"]["annotations"]

    assert [note["text"] for note in notes] == ["1,200", "30"]


def test_bars_leave_the_rest_to_the_table() -> None:
    [trace] = drawn(BAR, COUNT, split({str(n): n + 1 for n in range(40)}))["data"]

    assert len(trace["y"]) == MAX_BARS


@pytest.mark.parametrize("result", [monthly([None, None]), split({}), total(State.UNDEFINED)])
def test_nothing_to_draw_is_no_figure(result: Any) -> None:
    assert figure(BAR, COUNT, result) is None


def test_number_tile_has_no_figure() -> None:
    with pytest.raises(ValueError, match="number"):
        figure(Tile("t", "number", "x"), COUNT, total(1))


def test_category_keeps_its_hue_whatever_stands_beside_it() -> None:
    palette = hues([("Desk",), ("Network",), ("Identity",)])
    result = monthly({("Network",): [1, 2], ("Desk",): [2, 3]}, by=("group",))

    data = drawn(LINE, COUNT, result, colours=palette)["data"]

    assert [trace["line"]["color"] for trace in data] == ["--chart-3", "--chart-1"]


HOSTILE = [
    '<a href="https://evil.example">x</a>',
    "<b>bold</b>",
    "&lt;i&gt;",
    "%{x} <extra></extra>",
    "__proto__",
    "constructor",
    "a\u2028b\nc\x00",
    "=1+1",
    "$\\alpha$",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("tile", [LINE, BAR])
def test_names_from_the_data_are_never_markup(tile: Tile, name: str) -> None:
    for result in (
        monthly({(name,): [1, 2], ("b",): [2, 3]}, by=("group",)),
        split({name: 1, "b": 2}),
    ):
        text = json.dumps(figure(tile, COUNT, result), allow_nan=False)

        assert "<" not in text
        assert ">" not in text
        assert '"__proto__":' not in text


def test_label_keeps_what_was_written() -> None:
    assert label("a < b & c\n\n d") == "a &lt; b &amp; c d"
    assert label("x" * 100, 10) == "xxxxxxxxx…"


@pytest.mark.parametrize(
    "figure",
    [
        {"data": [{"type": "scattergl"}], "layout": {}},
        {"data": [{}], "layout": {}},
        {"data": [{"type": "bar", "__proto__": {}}], "layout": {}},
        {"data": [{"type": "bar", "marker": {"__proto__": {}}}], "layout": {}},
        {"data": [{"type": "bar", "hovertemplate": "%{x}"}], "layout": {}},
        {"data": [], "layout": {"images": []}},
        {"data": [], "layout": {"xaxis": {"constructor": 1}}},
        {"data": [], "layout": {}, "frames": []},
    ],
)
def test_check_refuses_what_is_not_known(figure: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not allowed|unknown|nothing else"):
        check(figure)


def test_bar_with_a_target_of_its_own_has_its_mark_and_its_words() -> None:
    face = replace(SHARE, own=(("A", Goal(0.5, 0.4)),))
    found = drawn(BAR, face, split({"A": 0.6, "B": 0.6}))

    own = [shape for shape in found["layout"]["shapes"] if shape["line"]["dash"] == "solid"]
    assert [(shape["x0"], shape["y0"]) for shape in own] == [(50.0, -0.4)]
    bar = found["data"][0]
    assert bar["marker"]["color"][0] != bar["marker"]["color"][1]
    assert bar["hovertext"] == ["A: 60.0% (own target 50% or more)", "B: 60.0%"]


@pytest.mark.parametrize("kind", ["line", "bar"])
def test_new_formula_is_marked_where_it_took_over(kind: Any) -> None:
    mark = Mark(datetime(2026, 2, 10, tzinfo=UTC), "v2", "Formula changed with v2")
    face = replace(COUNT, marks=(mark, replace(mark, at=datetime(2024, 1, 1, tzinfo=UTC))))
    result = monthly([1, 2, 3])
    layout = drawn(Tile("t", kind, ""), face, result)["layout"]

    lines = [shape["x0"] for shape in layout["shapes"] if shape["line"].get("dash") == "2px,3px"]
    assert lines == [0.5]
    assert [note["text"] for note in layout["annotations"]].count("v2") == 1
    assert marks_in(face, result) == [mark]


@pytest.mark.parametrize("kind", ["line", "bar"])
def test_unusual_figure_has_a_ring_and_says_so_under_the_pointer(kind: Any) -> None:
    face = replace(COUNT, odd=(ODD,))
    *drawing, ring = drawn(Tile("t", kind, ""), face, monthly([10, 11, 40, 12]))["data"]

    assert (ring["x"], ring["y"]) == ([2, 2], [40.0, 40.0])
    assert ring["marker"]["line"] == {"color": "--watch", "width": [2, 0]}
    assert drawing[0]["hovertext"][2] == (
        "Mar 2026: 40 (unusual: above what season and trend explain; expected 8 to 14)"
    )


def test_parts_and_what_is_not_over_have_no_ring() -> None:
    face = replace(COUNT, odd=(ODD,))
    parts = monthly({("A",): [1, 2, 9], ("B",): [3, 4, 9]}, by=("group",))

    assert len(drawn(LINE, face, parts)["data"]) == 2
    assert len(drawn(LINE, face, monthly([10, 11, 40], partial=True))["data"]) == 2
    assert len(drawn(LINE, COUNT, monthly([10, 11, 40]))["data"]) == 1
