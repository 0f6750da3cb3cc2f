"""The scale, its mean and what agrees, against figures worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboards.validation.figures import agrees, mean_of, sus_score, t_quantile

TOLERANCE = Decimal("0.1")


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ([4, 2, 5, 1, 4, 2, 5, 1, 4, 2], 85.0),
        ([3] * 10, 50.0),
        ([5, 1] * 5, 100.0),
        ([1, 5] * 5, 0.0),
        ([5] * 10, 50.0),
        ([4, 2] * 5, 75.0),
    ],
)
def test_scale_is_scored_as_published(answers: list[int], score: float) -> None:
    assert sus_score(answers) == score


def test_scale_has_ten_statements() -> None:
    with pytest.raises(ValueError, match="ten"):
        sus_score([3] * 9)


def test_interval_of_a_mean_is_students() -> None:
    mean = mean_of([85.0, 80.0, 67.5, 72.5, 90.0])

    assert mean is not None
    # s = 9.118, t(4) = 2.776: 79 ± 11.32
    assert (mean.value, mean.n) == (79.0, 5)
    assert mean.low == pytest.approx(67.68, abs=0.01)
    assert mean.high == pytest.approx(90.32, abs=0.01)


def test_one_score_has_no_interval_and_none_has_no_mean() -> None:
    one = mean_of([85.0])

    assert one is not None
    assert (one.value, one.n, one.low, one.high) == (85.0, 1, None, None)
    assert mean_of([]) is None


def test_interval_stays_on_the_scale() -> None:
    wide = mean_of([100.0, 60.0])

    assert wide is not None
    assert (wide.low, wide.high) == (0.0, 100.0)


@pytest.mark.parametrize(
    ("df", "t"), [(1, 12.706), (4, 2.776), (30, 2.042), (31, 2.0395), (40, 2.0211), (120, 1.9799)]
)
def test_quantiles_are_those_of_the_tables(df: int, t: float) -> None:
    assert t_quantile(df) == pytest.approx(t, abs=0.0005)


@pytest.mark.parametrize(
    ("kind", "expected", "actual", "met"),
    [
        ("count", "23", "23", True),
        ("count", "23", "23.000001", False),
        ("count", "1000000", "1000001", False),
        ("rate", "73.9", "74.0", True),
        ("rate", "73.9", "74.000001", False),
        ("rate", "73.9", "73.8", True),
        ("other", "1000", "1001", True),
        ("other", "1000", "1001.1", False),
        ("other", "-1000", "-999", True),
        ("other", "0", "0.000001", False),
    ],
)
def test_counts_agree_exactly_rates_by_points_the_rest_by_percent(
    kind: str, expected: str, actual: str, met: bool
) -> None:
    kinds = {"counted": kind == "count", "rate": kind == "rate"}

    assert agrees(Decimal(expected), Decimal(actual), **kinds, tolerance=TOLERANCE) is met
