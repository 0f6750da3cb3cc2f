from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboards.rendering.scale import scale


def test_scale_ends_on_round_numbers() -> None:
    assert scale([3, 47], zero=True).ticks == [0.0, 20.0, 40.0, 60.0]


def test_scale_without_zero_stays_near_the_values() -> None:
    assert scale([91.0, 93.0], zero=False).ticks == [91.0, 91.5, 92.0, 92.5, 93.0]


def test_scale_shows_zero_where_the_values_come_near_it() -> None:
    assert scale([6.4, 12.4], zero=False).low == 0.0


def test_scale_of_percent_ends_at_one_hundred() -> None:
    assert scale([86.0, 97.0], zero=True, most=100.0).high == 100.0


def test_scale_labels_have_the_digits_of_the_step() -> None:
    labels = scale([0.02, 0.09], zero=True).labels()

    assert labels == ["0.000", "0.025", "0.050", "0.075", "0.100"]


def test_scale_of_tiny_values_has_tiny_steps() -> None:
    axis = scale([0.0, 5e-17], zero=True)

    assert axis.ticks == [0.0, 2e-17, 4e-17, 6e-17]
    assert axis.labels()[1] == "0.00000000000000002"


numbers = st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 3))


@given(st.lists(numbers, max_size=20), st.booleans())
def test_scale_holds_its_values_in_few_steps(values: list[float], zero: bool) -> None:
    axis = scale(values, zero=zero)

    slack = (axis.high - axis.low) * 1e-6
    assert all(axis.low - slack <= value <= axis.high + slack for value in values)
    assert 2 <= len(axis.ticks) <= 8
    assert len(axis.labels()) == len(axis.ticks)
    assert not zero or axis.low <= 0 <= axis.high
