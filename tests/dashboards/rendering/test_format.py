from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

import pytest

from dashboards.rendering import ENGLISH, Face, Goal, Wording
from dashboards.rendering import format as fmt
from kpis.engine.result import Figure, Period, State
from tests.dashboards.rendering.results import COUNT, HOURS, SHARE, fig, month

GERMAN = Wording(decimal=",", group=".")


@pytest.mark.parametrize(
    ("value", "precision", "shown"),
    [
        ("0.5", 0, "0"),
        ("1.5", 0, "2"),
        ("2.5", 0, "2"),
        ("0.125", 2, "0.12"),
        ("1234567.891", 1, "1,234,567.9"),
        ("-1234", 0, "−1,234"),
        ("-0.2", 0, "0"),
    ],
)
def test_digits_rounds_half_to_even(value: str, precision: int, shown: str) -> None:
    assert fmt.digits(Decimal(value), precision) == shown


def test_digits_uses_the_signs_of_the_wording() -> None:
    assert fmt.digits(Decimal("1234567.5"), 1, GERMAN) == "1.234.567,5"


def test_text_shows_a_share_in_percent() -> None:
    assert fmt.text(0.6342, SHARE) == "63.4%"


def test_text_rounds_the_value_and_not_its_binary_neighbour() -> None:
    # 2.675 is below 2.675 as a binary fraction; people typed 2.675.
    assert fmt.text(2.675, Face("x", precision=2)) == "2.68"


def test_text_shows_a_duration_in_its_own_unit() -> None:
    assert fmt.text(7.06, HOURS) == "7.1 h"


def test_number_without_data_says_so() -> None:
    assert fmt.number(fig(None), SHARE) == fmt.Number("No data")


def test_number_undefined_is_a_dash_with_its_reason() -> None:
    shown = fmt.number(fig(State.UNDEFINED), SHARE)

    assert shown == fmt.Number("–", reason=ENGLISH.undefined)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_number_that_is_none_is_a_dash(value: float) -> None:
    assert str(fmt.number(Figure(value), COUNT)) == "–"


def test_delta_of_a_share_is_in_points() -> None:
    face = Face("Share", "percent", "", 2, "up")

    change = fmt.delta(Figure(0.65), Figure(0.6342), face)

    assert change == fmt.Delta("1.58 pt", "+2%", "up", "good")


def test_delta_of_a_duration_that_falls_is_good_when_less_is_better() -> None:
    assert fmt.delta(Figure(7.1), Figure(8.2), HOURS) == fmt.Delta("1.1 h", "−13%", "down", "good")


def test_delta_from_zero_is_new() -> None:
    assert fmt.delta(Figure(5), Figure(0), COUNT) == fmt.Delta("5", "new", "up", "good")


def test_delta_to_zero_is_minus_one_hundred_percent() -> None:
    assert fmt.delta(Figure(0), Figure(100), COUNT) == fmt.Delta("100", "−100%", "down", "bad")


def test_delta_that_reads_alike_is_flat() -> None:
    assert fmt.delta(Figure(7.11), Figure(7.12), HOURS) == fmt.Delta("0.0 h", "0%", "flat", "none")


def test_delta_of_a_band_is_neither_good_nor_bad() -> None:
    change = fmt.delta(Figure(3), Figure(2), Face("Work", direction="band"))

    assert change is not None
    assert change.tone == "none"


def test_delta_without_a_value_is_none() -> None:
    assert fmt.delta(fig(None), Figure(1), COUNT) is None


@pytest.mark.parametrize(
    ("direction", "goal", "values"),
    [
        ("up", Goal(90, 85), {90: "good", 85: "watch", 84.9: "bad"}),
        ("down", Goal(8, 9), {8: "good", 9: "watch", 9.1: "bad"}),
        ("band", Goal((5, 10), (3, 12)), {5: "good", 10: "good", 3: "watch", 12.1: "bad"}),
        ("up", Goal(90), {90: "good", 89: "bad"}),
    ],
)
def test_status_follows_direction_and_thresholds(
    direction: Literal["up", "down", "band"], goal: Goal, values: dict[float, str]
) -> None:
    face = Face("x", direction=direction, target=goal)

    assert {value: fmt.status(Figure(value), face) for value in values} == values


def test_status_without_target_or_value_is_none() -> None:
    assert fmt.status(Figure(1), COUNT) == "none"
    assert fmt.status(fig(None), SHARE) == "none"


@pytest.mark.parametrize(
    ("face", "shown"),
    [
        (HOURS, "8 h or less"),
        (SHARE, "95% or more"),
        (Face("x", "percent", "", 2, "up", Goal(0.995)), "99.5% or more"),
        (Face("x", "count", "open", 0, "down", Goal(1400)), "1,400 or less"),
        (Face("x", "count", "", 1, "up", Goal(100)), "100 or more"),
        (Face("x", "percent", "", 0, "band", Goal((0.6, 0.8))), "60% to 80%"),
        (COUNT, ""),
    ],
)
def test_target_text_says_what_is_good(face: Face, shown: str) -> None:
    assert fmt.target_text(face) == shown


def test_period_tick_names_the_year_only_when_it_changes() -> None:
    ticks = [fmt.period_tick(month(n), month(n - 1)) for n in (11, 12, 13, 14)]

    assert ticks == ["Nov", "Dec", "Jan 2027", "Feb"]


def test_segment_text_names_what_is_empty() -> None:
    assert fmt.segment_text((None, "P1", "")) == "(empty), P1, (empty)"


def test_note_names_few_cases_and_a_period_that_is_not_over() -> None:
    assert fmt.note(Figure(0.5, denominator=7, few=True), partial=True) == "few cases, n 7, so far"


def test_period_of_a_fiscal_year_says_so() -> None:
    march, april, july = (
        Period(datetime(2026, n, 1, tzinfo=UTC), datetime(2026, n + 2, 1, tzinfo=UTC), "quarter",
               fiscal_start=4)
        for n in (1, 4, 7)
    )  # fmt: skip

    assert [fmt.period_text(quarter) for quarter in (march, april)] == ["Q4 FY2026", "Q1 FY2027"]
    assert [fmt.period_tick(april, march), fmt.period_tick(july, april)] == ["Q1 FY2027", "Q2"]
