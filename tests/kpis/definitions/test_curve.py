"""Geometry and words of a history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from kpis.curve import RIGHT, Dot, curve, spark
from kpis.display import change_text, digits, good_text, period_text, shown, watch_text
from kpis.engine.change import change
from kpis.engine.result import Figure, State
from kpis.engine.status import Target


@dataclass
class Face:
    unit: str = "number"
    unit_label: str = ""
    precision: int = 1
    direction: str = "up"


PERCENT, HOURS = Face("percent"), Face("duration", "h", 1, "down")


def test_line_breaks_at_a_gap_and_is_dotted_into_an_open_period() -> None:
    drawn = curve([Dot(1, "a"), Dot(None, "b"), Dot(3, "c"), Dot(4, "d", partial=True)])

    assert drawn is not None
    assert (drawn.path.count("M"), drawn.path.count("L"), drawn.partial.count("L")) == (2, 0, 1)
    assert drawn.end_open
    assert [line.value for line in drawn.grid] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("periods", [2, 3, 12, 60])
def test_open_period_is_hatched_inside_the_chart(periods: int) -> None:
    drawn = curve([Dot(n, str(n), partial=n == periods) for n in range(1, periods + 1)])

    assert drawn is not None
    assert drawn.hatch is not None
    begin, width = map(float, drawn.hatch)
    assert width > 0
    assert begin + width <= RIGHT


def test_each_target_has_its_stretch_and_each_version_its_mark() -> None:
    drawn = curve([Dot(1, "a", goal=2), Dot(1, "b", goal=2), Dot(1, "c", goal=3, mark="v2")])

    assert drawn is not None
    assert [(goal.value, goal.below) for goal in drawn.goals] == [(2, False), (3, False)]
    assert drawn.goals[0].x2 == drawn.goals[1].x1 == drawn.marks[0].x


def test_axis_holds_negative_values() -> None:
    drawn = curve([Dot(-5, "a"), Dot(10, "b")])

    assert drawn is not None
    assert [line.value for line in drawn.grid] == [-5, 0, 5, 10]


@pytest.mark.parametrize("draw", [curve, spark])
def test_one_value_is_no_line(draw: object) -> None:
    assert draw([Dot(1, "a"), Dot(None, "b")]) is None


@pytest.mark.parametrize(
    ("figure", "face", "text"),
    [
        (Figure(0.63421), PERCENT, "63.4%"),
        (Figure(22.15), HOURS, "22.2 h"),
        (Figure(22.25), HOURS, "22.2 h"),
        (Figure(24918), Face(precision=0), "24,918"),
        (Figure(-3.0), Face(precision=0), "−3"),
        (Figure(None, State.UNDEFINED), PERCENT, "–"),
        (Figure(None, State.NO_DATA), PERCENT, "No data"),
    ],
)
def test_figures_read_as_people_write_them(figure: Figure, face: Face, text: str) -> None:
    assert str(shown(figure, face)) == text


def test_change_is_in_points_for_percentages_and_good_by_direction() -> None:
    points = change_text(change(Figure(0.65), Figure(0.6342), is_share=True), PERCENT)
    slower = change_text(change(Figure(9.0), Figure(8.0)), HOURS)
    same = change_text(change(Figure(8.01), Figure(8.0)), HOURS)

    assert [(d.text, d.direction, d.tone) for d in (points, slower, same) if d] == [
        ("1.6 points", "up", "good"), ("1.0 h", "up", "bad"), ("0.0 h", "flat", "none"),
    ]  # fmt: skip


def test_targets_in_words() -> None:
    assert good_text(Target.up(0.8, 0.755), PERCENT) == "80% or more"
    assert watch_text(Target.up(0.8, 0.755), PERCENT) == "75.5% or more"
    assert good_text(Target.down(8, 10), HOURS) == "8 h or less"
    assert good_text(Target.band((1, 2), (0, 3)), Face()) == "1 to 2"


@pytest.mark.parametrize(
    ("grain", "text"),
    [
        ("month", "May 2016"), ("quarter", "Q2 2016"), ("year", "2016"), ("day", "2 May 2016"),
        ("week", "Week of 2 May 2016"), ("hour", "2 May 2016, 14:00"), ("total", "All rows"),
    ],
)  # fmt: skip
def test_periods_in_words(grain: str, text: str) -> None:
    assert period_text(datetime(2016, 5, 2, 14), grain) == text


@pytest.mark.parametrize(
    ("month", "quarter", "year"),
    [(1, "Q4 FY2016", "FY2016"), (4, "Q1 FY2017", "FY2017"), (12, "Q3 FY2017", "FY2017")],
)
def test_fiscal_periods_in_words(month: int, quarter: str, year: str) -> None:
    start = datetime(2016, month, 1)
    assert period_text(start, "quarter", 4) == quarter
    assert period_text(start, "year", 4) == year


def test_rounding_is_half_to_even() -> None:
    assert [digits(value, 1) for value in (0.25, 0.35, 0.45)] == ["0.2", "0.4", "0.4"]


def test_words_of_an_odd_figure_stand_where_the_line_does_not_come_from() -> None:
    drawn = curve(
        [Dot(5, "a", odd="low"), Dot(8, "b"), Dot(9, "c", odd="high"), Dot(8, "d"),
         Dot(4, "e", odd="low"), Dot(8, "f"), Dot(0, "g", odd="low")]
    )  # fmt: skip

    assert drawn is not None
    assert [(odd.label, odd.below, odd.anchor) for odd in drawn.odd] == [
        ("low", True, "start"), ("high", False, "middle"), ("low", True, "middle"),
        ("low", False, "end"),
    ]  # fmt: skip


def test_words_of_odd_figures_do_not_stand_on_each_other() -> None:
    drawn = curve([Dot(n % 3, str(n), odd="low" if n in (1, 2, 3, 9) else "") for n in range(11)])

    assert drawn is not None
    assert [odd.label for odd in drawn.odd] == ["low", "", "", "low"]


def test_words_of_an_odd_figure_are_not_said_by_a_mark_of_the_other_kind() -> None:
    odd = {2: "high", 3: "low", 4: "low"}
    drawn = curve([Dot({2: 9.0, 3: 1.0, 4: 1.0}.get(n, 5.0), str(n), odd=odd.get(n, ""))
                   for n in range(24)])  # fmt: skip

    assert drawn is not None
    assert [one.label for one in drawn.odd] == ["high", "low", ""]
