"""Charts that put the parts of a whole together, and two KPIs in one chart."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from dashboards.rendering import (
    Face,
    Fall,
    Mark,
    Tile,
    figure,
    funnel,
    funnel_table,
    pair_figure,
    pair_table,
    share_axis,
    steps_of,
    told,
    waterfall,
)
from dashboards.rendering.figures.colours import MUTED
from dashboards.rendering.paper import LIGHT
from dashboards.rendering.picture import picture
from dashboards.rendering.safety import check
from kpis.engine.result import Result
from tests.dashboards.rendering.results import COUNT, HOURS, SHARE, fig, monthly, split

AREA = Tile("t", "area", "How many?")
STACK = Tile("t", "bar", "Of whom?", arrange="stacked")
PIE = Tile("t", "pie", "Whose part?")
TWO = monthly({("A",): [1, 2], ("B",): [3, 4]}, by=("group",))
EIGHT = {(name,): [float(n), 2.0 * n] for n, name in enumerate("ABCDEFGH", 1)}
HOSTILE = "<b>x</b><script>alert(1)</script>"


def rgb(token: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(LIGHT[token][1:]))


def drawn(tile: Tile, face: Face, result: Result) -> dict[str, Any]:
    made = figure(tile, face, result)
    assert made is not None
    return made


def named(made: dict[str, Any]) -> dict[str, Any]:
    return {trace["name"]: trace for trace in made["data"]}


def test_area_of_one_series_is_a_line_with_the_ground_under_it_from_zero() -> None:
    ground, line = drawn(AREA, HOURS, monthly([90, 95]))["data"]

    assert (ground["fill"], ground["hoverinfo"], ground["y"]) == ("tozeroy", "skip", [90, 95])
    assert (line["y"], "fill" in line) == ([90, 95], False)
    assert drawn(AREA, HOURS, monthly([90, 95]))["layout"]["yaxis"]["range"][0] == 0


def test_areas_on_each_other_end_in_the_whole() -> None:
    made = drawn(AREA, COUNT, TWO)

    assert {name: trace["y"] for name, trace in named(made).items()} == {"B": [3, 4], "A": [4, 6]}
    # What is drawn later covers what is drawn before.
    assert [trace["name"] for trace in made["data"]] == ["A", "B"]


def test_areas_with_a_part_below_zero_are_lines() -> None:
    made = drawn(AREA, COUNT, monthly({("A",): [1, -2], ("B",): [3, 4]}, by=("group",)))

    assert [trace.get("fill") for trace in made["data"]] == [None, None]


def test_running_period_of_an_area_is_hatched() -> None:
    running = monthly({("A",): [1, 2, 1], ("B",): [3, 4, 2]}, by=("group",), partial=True)
    parts = [(t["name"], t["x"], "fillpattern" in t, t["showlegend"])
             for t in drawn(AREA, COUNT, running)["data"]]  # fmt: skip

    assert parts == [
        ("A", [0, 1], False, True), ("A", [1, 2], True, False),
        ("B", [0, 1], False, True), ("B", [1, 2], True, False),
    ]  # fmt: skip


def test_stacked_bars_begin_where_those_below_end_and_go_down_from_zero() -> None:
    values = {("A",): [1, -2], ("B",): [3, 4], ("C",): [5, -6]}
    traces = named(drawn(STACK, COUNT, monthly(values, by=("group",))))

    assert {name: (t["y"], t["base"]) for name, t in traces.items()} == {
        "C": ([5, -6], [0, 0]), "B": ([3, 4], [5, 0]), "A": ([1, -2], [8, -6]),
    }  # fmt: skip


@pytest.mark.parametrize("tile", [AREA, STACK])
def test_of_more_than_six_parts_the_smaller_ones_are_together(tile: Tile) -> None:
    made = drawn(tile, COUNT, monthly(EIGHT, by=("group",)))
    rest = next(trace for trace in made["data"] if trace["name"] == "the other 3 together")

    assert len(made["data"]) == 6
    assert rest["marker"]["color"] == MUTED
    assert rest["hovertext"][1] == "Feb 2026, the other 3 together: 12"
    tops = [base + y for base, y in zip(rest["base"], rest["y"], strict=True)] if "base" in rest \
        else rest["y"]  # fmt: skip
    assert tops == [36, 72]


def test_pie_shares_the_whole_and_keeps_the_hues_it_is_given() -> None:
    made = figure(PIE, COUNT, split({"A": 1, "B": 3}), colours={("A",): "--chart-5"})
    assert made is not None
    [trace] = made["data"]

    assert (trace["labels"], trace["values"]) == (["B, 75%", "A, 25%"], [3, 1])
    assert trace["marker"]["colors"][1] == "--chart-5"
    assert trace["hovertext"] == ["B: 3 (75%)", "A: 1 (25%)"]


def test_pie_of_many_parts_puts_the_smaller_ones_together() -> None:
    [trace] = drawn(PIE, COUNT, split({name: n for n, name in enumerate("ABCDEFGH", 1)}))["data"]

    assert trace["values"] == [8, 7, 6, 5, 4, 6]
    assert (trace["labels"][-1], trace["marker"]["colors"][-1]) == (
        "the other 3 together, 17%", MUTED,
    )  # fmt: skip


def test_names_that_are_alike_stay_two_slices() -> None:
    long = "x" * 40
    [trace] = drawn(PIE, COUNT, split({f"{long}a": 1, f"{long}b": 1}))["data"]

    assert len(set(trace["labels"])) == len(trace["values"]) == 2


@pytest.mark.parametrize("values", [{"A": 1, "B": -1}, {"A": 0, "B": 0}])
def test_there_is_no_pie_of_what_is_no_whole(values: dict[str | None, object]) -> None:
    assert figure(PIE, COUNT, split(values)) is None


def test_ring_has_the_whole_in_its_middle() -> None:
    made = drawn(replace(PIE, hole=True), COUNT, split({"A": 1000, "B": 500}))

    assert [note["text"] for note in made["layout"]["annotations"]] == ["1,500"]


def test_standing_bars_of_categories_begin_at_zero_with_their_numbers_on_top() -> None:
    made = drawn(Tile("t", "bar", "Who?", standing=True), COUNT, split({"A": 90, "B": 95}))

    assert made["data"][0]["y"] == [90, 95]
    assert made["layout"]["yaxis"]["range"][0] == 0
    assert [note["text"] for note in made["layout"]["annotations"]] == ["90", "95"]


def test_two_kpis_share_an_axis_where_their_units_agree() -> None:
    other = replace(COUNT, name="Closed")
    one = pair_figure((COUNT, monthly([1, 2])), (other, monthly([30, 40])))
    two = pair_figure((COUNT, monthly([1, 2])), (HOURS, monthly([30, 40])))
    assert one is not None
    assert two is not None

    assert (share_axis(COUNT, other), share_axis(COUNT, HOURS)) == (True, False)
    assert ("yaxis2" in one["layout"], one["layout"]["yaxis"]["range"]) == (False, [0.0, 40.0])
    assert [trace.get("yaxis") for trace in two["data"]] == [None, "y2"]
    assert two["layout"]["yaxis"]["range"] == [0.0, 2.0]


def test_what_happened_is_marked_once_in_a_chart_of_two_kpis() -> None:
    mark = Mark(datetime(2026, 2, 3, tzinfo=UTC), "Move", "Moved on 3 February.")
    faces = (replace(COUNT, marks=(mark,)), replace(HOURS, marks=(mark,)))
    made = pair_figure((faces[0], monthly([1, 2])), (faces[1], monthly([3, 4])))
    assert made is not None

    assert [note["text"] for note in made["layout"]["annotations"]] == ["Move"]
    assert len(made["layout"]["shapes"]) == 1


def test_two_kpis_are_a_table_with_all_periods_of_both() -> None:
    table = pair_table([(COUNT, monthly([1, 2])), (SHARE, monthly([0.5], start=2))])

    assert [head.text for head in table.headers] == ["Period", "Incidents", "SLA attainment"]
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["Jan 2026", "1", "No data"], ["Feb 2026", "2", "50.0%"],
    ]  # fmt: skip


@pytest.mark.parametrize("tile", [AREA, STACK, PIE, Tile("t", "bar", "W", standing=True)])
def test_names_from_the_data_are_text(tile: Tile) -> None:
    result = split({HOSTILE: 1, "B": 2})
    if tile in (AREA, STACK):
        result = monthly({(HOSTILE,): [1, 2], ("B",): [3, 4]}, by=("group",))

    made = drawn(tile, replace(COUNT, name=HOSTILE), result)

    check(made)
    assert "<" not in str(made)


def test_pictures_show_every_part() -> None:
    """The colours of both parts are met in the picture of each kind."""
    ring = drawn(replace(PIE, hole=True), COUNT, split({"A": 1, "B": 3}))
    for made in (drawn(AREA, COUNT, TWO), drawn(STACK, COUNT, TWO), ring):
        image = Image.open(io.BytesIO(picture(made))).convert("RGB")
        met = {colour for _n, colour in image.getcolors(1 << 20) or ()}
        assert {rgb("--chart-1"), rgb("--chart-2")} <= met


def test_picture_of_two_scales_draws_the_line_on_its_own() -> None:
    """On the scale of the bars the line would lie far above the picture."""
    made = pair_figure((COUNT, monthly([1, 2])), (HOURS, monthly([3000, 4000])))
    assert made is not None
    image = Image.open(io.BytesIO(picture(made))).convert("RGB")

    wanted = rgb("--chart-focus")
    legend = 2 * 40  # what is above it is the legend, in the same colour
    found = [y for y in range(legend, image.height) for x in range(0, image.width, 3)
             if image.getpixel((x, y)) == wanted]  # fmt: skip
    assert max(found) - min(found) > image.height / 4


def test_funnel_says_what_part_of_the_first_and_of_the_one_before_each_step_is() -> None:
    counts = {"A": 200, "B": 100, "C": 40}
    steps = [(replace(COUNT, name=name), fig(count)) for name, count in counts.items()]
    made = funnel(steps)
    assert made is not None

    assert made["data"][0]["x"] == [200, 100, 40]
    assert [note["text"] for note in made["layout"]["annotations"]] == [
        "A: 200", "B: 100", "50% of the first", "C: 40", "20% of the first, 40% of the one before",
    ]  # fmt: skip
    assert [[cell.text for cell in row] for row in funnel_table(steps).rows] == [
        ["A", "200", "", ""], ["B", "100", "50%", "50%"], ["C", "40", "20%", "40%"],
    ]  # fmt: skip


def test_funnel_has_no_share_of_nothing() -> None:
    steps = [(replace(COUNT, name=name), fig(n)) for name, n in (("A", 0), ("B", 3), ("C", None))]

    assert told(steps) == ["0", "3", "No data"]
    assert funnel([(COUNT, fig(None))] * 2) is None


def test_waterfall_of_many_parts_puts_the_small_ones_together() -> None:
    moves = tuple(((name,), 10.0 - n) for n, name in enumerate("ABCDEFGHI"))
    fall = Fall(fig(100), fig(154), moves)

    assert [name for name, _step in steps_of(fall)] == [*"ABCDEFG", "the other 2 together"]
    made = waterfall(COUNT, fall, zero=True)
    assert made is not None
    [bars] = made["data"]
    assert bars["y"][-2:] == [5, 154]
    assert made["layout"]["annotations"][1]["text"] == "+10"
    assert made["layout"]["yaxis"]["range"][0] == 0


def test_waterfall_of_a_share_counts_in_points_and_begins_where_steps_are_seen() -> None:
    fall = Fall(fig(0.9), fig(0.88), (((HOSTILE,), -0.03), (("B",), 0.01)))
    made = waterfall(SHARE, fall, zero=False)
    assert made is not None

    texts = [note["text"] for note in made["layout"]["annotations"]]
    assert texts == ["90.0%", "−3.0", "+1.0", "88.0%"]
    assert made["data"][0]["hovertext"][2] == "B: +1.0 pt"
    assert made["layout"]["yaxis"]["range"][0] > 0
    assert made["data"][0]["base"][0] == made["layout"]["yaxis"]["range"][0]
    assert "<" not in str(made)
