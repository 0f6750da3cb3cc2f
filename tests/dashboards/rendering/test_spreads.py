"""Bins, boxes, marks and dials: round, whole, in order, and never markup."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.rendering import (
    Goal,
    bin_words,
    bins_of,
    box_figure,
    boxes_of,
    dial,
    figure,
    histogram,
    histogram_table,
    scatter,
)
from dashboards.rendering.figures.histograms import MOST_BINS
from dashboards.rendering.picture import picture
from dashboards.rendering.reduction import kept_pairs, kept_places
from dashboards.rendering.tiles import Face, Tile
from kpis.engine.result import Figure, Period, Point, Result
from tests.dashboards.rendering.results import COUNT, HOURS, SHARE, fig, split
from tests.dashboards.rendering.test_figures import HOSTILE

START = datetime(2026, 1, 1, tzinfo=UTC)
FINITE = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 4))
HARD = [*HOSTILE, "x" * 10_000, "\u202eabc\u05d0\u05d1", "NaN", "Infinity"]


@given(st.lists(FINITE, min_size=1, max_size=60))
def test_bins_are_equal_round_and_hold_every_value(values: list[float]) -> None:
    ordered = sorted(values)
    low, high, near = ordered[0], ordered[-1], ordered[int(len(ordered) * 0.95) - 1]
    bins = bins_of(low, high, max(near, low))

    assert 1 <= len(bins.pairs) <= MOST_BINS + 1
    assert {round((b - a) / bins.step, 6) for a, b in pairwise(bins.edges)} == {1.0}
    lead = bins.step / 10 ** math.floor(math.log10(bins.step) + 1e-9)
    assert min(abs(lead - fine) for fine in (1, 2, 2.5, 5, 10)) < 1e-6
    assert bins.edges[0] <= low + 1e-9
    assert bins.open or bins.edges[-1] >= high - 1e-6


@given(st.integers(-1000, 1000), st.integers(0, 5000))
def test_bins_of_whole_numbers_are_whole(low: int, more: int) -> None:
    bins = bins_of(low, low + more, low + more, whole=True)

    assert all(edge == int(edge) for edge in bins.edges)
    assert bins.edges[0] <= low
    assert bins.edges[-1] > low + more or len(bins.pairs) == MOST_BINS


@pytest.mark.parametrize("ends", [(math.nan, 1, 1), (0, math.inf, 1), (2, 1, 1)])
def test_bins_refuse_what_has_no_ends(ends: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        bins_of(*ends)


def test_last_bin_of_a_long_tail_says_that_it_is_open() -> None:
    bins = bins_of(0, 1000, 20)
    counts = [1] * len(bins.pairs)
    drawn = histogram(HOURS, bins, counts)

    assert bins.open
    assert bin_words(HOURS, bins)[-1] == f"{bins.edges[-2]:.0f} h and more"
    assert drawn is not None
    assert [note["text"] for note in drawn["layout"]["annotations"]] == ["and more"]
    assert len(histogram_table(HOURS, bins, counts).rows) == len(counts)
    assert picture(drawn)


@given(st.lists(FINITE, min_size=1, max_size=5000), st.integers(60, 400))
def test_reduced_line_keeps_its_ends_its_extremes_and_its_order(
    values: list[float], most: int
) -> None:
    kept = kept_places(values, most)

    assert kept == sorted(set(kept))
    assert len(kept) <= max(most, 1)
    assert {kept[0], kept[-1]} == {0, len(values) - 1}
    drawn = [values[place] for place in kept]
    assert (min(drawn), max(drawn)) == (min(values), max(values))


@given(st.lists(st.tuples(FINITE, FINITE), min_size=1, max_size=2000), st.integers(60, 400))
def test_reduced_marks_keep_the_furthest_of_either_side(
    points: list[tuple[float, float]], most: int
) -> None:
    kept = kept_pairs(points, most)
    drawn = [points[place] for place in kept]

    assert kept == sorted(set(kept))
    assert len(kept) <= most
    for side in (0, 1):
        every, some = [p[side] for p in points], [p[side] for p in drawn]
        assert (min(some), max(some)) == (min(every), max(every))


def test_million_points_are_reduced_and_gaps_stay() -> None:
    values: list[float | None] = [math.sin(n / 5000) for n in range(1_000_000)]
    values[123_456], values[777_777] = 9.0, -9.0
    values[500_000] = None
    kept = kept_places(values)

    assert len(kept) <= 2_000
    assert {0, 123_456, 500_000, 777_777, 999_999} <= set(kept)


def test_long_line_is_drawn_with_its_extremes_where_they_were() -> None:
    """Ten thousand points stay a small figure, and say how many there are."""
    values: list[object] = [math.sin(n / 300) for n in range(10_000)]
    values[4_321] = 50.0
    hourly = [
        Point(Period(START + timedelta(hours=n), START + timedelta(hours=n + 1), "hour"), (),
              fig(value))
        for n, value in enumerate(values)
    ]  # fmt: skip
    result = Result(tuple(hourly), "hour", (), "UTC", None, "")
    drawn = figure(Tile("t", "line", "T"), COUNT, result)

    assert drawn is not None
    [trace] = drawn["data"]
    assert (
        dict(zip(trace["x"], trace["y"], strict=True)).items()
        >= {0: values[0], 4_321: 50.0, 9_999: values[-1]}.items()
    )
    assert trace["x"] == sorted(trace["x"])
    assert drawn["layout"]["meta"] == {"points": 10_000, "drawn": len(trace["x"])}
    assert drawn["layout"]["xaxis"]["range"] == [-0.5, 9_999.5]
    assert len(drawn["layout"]["xaxis"]["ticktext"]) <= 400
    assert len(json.dumps(drawn)) < 250_000
    assert picture(drawn)


@pytest.mark.parametrize(
    ("face", "value", "tones", "at"),
    [
        (SHARE, 0.93, ["bad", "watch", "good"], "93"),
        (HOURS, 30, ["good", "watch", "bad"], "100"),
        (replace(SHARE, target=Goal(0.95)), 0.9, ["bad", "good"], "90"),
        (replace(HOURS, direction="band", target=Goal((4, 6), (3, 8))), 5,
         ["bad", "watch", "good", "watch", "bad"], "50"),
        (HOURS, None, ["good", "watch", "bad"], None),
    ],
)  # fmt: skip
def test_dial_has_its_bands_in_order_and_the_figure_in_its_place(
    face: Face, value: float | None, tones: list[str], at: str | None
) -> None:
    view = dial(face, fig(value))

    assert view is not None
    assert [band.tone for band in view.bands] == tones
    assert view.at == at
    assert sum(float(band.width) for band in view.bands) == pytest.approx(100, abs=0.05)
    assert dial(replace(face, target=None), fig(value)) is None


@pytest.mark.parametrize("name", HARD)
def test_names_of_boxes_and_marks_are_never_markup(name: str) -> None:
    few = Figure(3, denominator=2, few=True)
    boxes = boxes_of([{(name,): few, ("b",): fig(n)} for n in range(1, 6)])
    face = replace(COUNT, name=name)
    figures = [
        box_figure(face, boxes),
        scatter((face, split({name: 1, "b": 2})), (HOURS, split({name: 3, "b": 4})), {}),
        histogram(replace(face, unit_label=name), bins_of(0, 10, 10), [1] * 10),
    ]
    for drawn in figures:
        assert drawn is not None
        text = json.dumps(drawn, allow_nan=False)
        assert "<" not in text
        assert ">" not in text
        assert '"__proto__":' not in text
        assert len(text) < 20_000
        assert picture(drawn)


def test_names_stand_at_few_marks_and_at_the_furthest_of_many() -> None:
    def names(count: int) -> list[str]:
        side = {f"n{n}": float(n % 7) for n in range(count)} | {"far": 90.0}
        drawn = scatter((COUNT, split(side)), (HOURS, split(side)), {})
        assert drawn is not None
        return [note["text"] for note in drawn["layout"]["annotations"][2:]]

    assert "far" in names(3)
    assert "far" in names(60)
    assert len(names(60)) <= 5
