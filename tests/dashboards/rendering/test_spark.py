from __future__ import annotations

import pytest

from dashboards.rendering import Spark, spark
from tests.dashboards.rendering.results import COUNT, HOURS, monthly


def test_spark_runs_from_edge_to_edge() -> None:
    assert spark(monthly([0, 5, 10]), COUNT) == Spark("M0 32 L50 18 L100 4", end=("100", "4"))


def test_spark_breaks_at_a_gap() -> None:
    shown = spark(monthly([0, None, 10, 10]), COUNT)

    assert shown is not None
    assert shown.path == "M0 32 M66.67 4 L100 4"


def test_spark_is_dotted_into_a_partial_period() -> None:
    shown = spark(monthly([0, 5, 10], partial=True), COUNT)

    assert shown is not None
    assert (shown.path, shown.partial) == ("M0 32 L50 18", "M50 18 L100 4")


def test_spark_holds_the_target() -> None:
    shown = spark(monthly([0, 4]), HOURS)

    assert shown is not None
    assert shown.target == "4"


def test_spark_of_equal_values_lies_in_the_middle() -> None:
    shown = spark(monthly([3, 3]), COUNT)

    assert shown is not None
    assert shown.path == "M0 18 L100 18"


@pytest.mark.parametrize("values", [[], [1], [None, 1, None]])
def test_spark_of_fewer_than_two_values_is_none(values: list[object]) -> None:
    assert spark(monthly(values), COUNT) is None


def test_spark_refuses_segments() -> None:
    with pytest.raises(ValueError, match="one series"):
        spark(monthly({("A",): [1, 2]}, by=("group",)), COUNT)
