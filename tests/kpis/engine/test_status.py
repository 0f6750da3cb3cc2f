"""Status against targets, and change."""

from datetime import date

import pytest

from ace_portal.lib.errors import Invalid
from kpis.engine.change import Change, Kind, change
from kpis.engine.result import Figure, State
from kpis.engine.status import Dated, Direction, Status, Target, in_force, status

GOOD, WATCH, BAD = Status.GOOD, Status.WATCH, Status.BAD
NO_DATA = Figure(None, State.NO_DATA)


@pytest.mark.parametrize(
    ("target", "values", "expected"),
    [
        (Target.up(90, 80), (90, 89.9, 80, 79.9), [GOOD, WATCH, WATCH, BAD]),
        (Target.up(90, 90), (90, 89.9), [GOOD, BAD]),
        (Target.down(4, 8), (4, 4.1, 8, 8.1), [GOOD, WATCH, WATCH, BAD]),
        (
            Target.band((10, 20), (5, 25)),
            (4.9, 5, 10, 20, 25, 25.1),
            [BAD, WATCH, GOOD, GOOD, WATCH, BAD],
        ),
        (Target.around(Direction.DOWN, 4, 2), (4, 6, 6.1), [GOOD, WATCH, BAD]),
        (Target.around(Direction.BAND, (10, 20), 5), (5, 4), [WATCH, BAD]),
        (Target.around(Direction.BAND, 10, 5), (10, 15, 16), [GOOD, WATCH, BAD]),
    ],
    ids=str,
)
def test_status_by_direction(target, values, expected):
    assert [status(Figure(value), target) for value in values] == expected


def test_no_value_or_no_target_has_no_status():
    assert status(NO_DATA, Target.up(1, 0)) == Status.NONE
    assert status(Figure(1), None) == Status.NONE


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: Target.up(80, 90),
            "More is better: the threshold to watch (90) cannot be above the good one (80).",
        ),
        (
            lambda: Target.down(8, 4),
            "Less is better: the threshold to watch (4) cannot be below the good one (8).",
        ),
        (
            lambda: Target.band((20, 10), (0, 30)),
            "A band begins with its lower end: 20 is above 10.",
        ),
        (
            lambda: Target.band((10, 20), (12, 30)),
            "The band to watch cannot be narrower than the good one.",
        ),
        (
            lambda: Target.around(Direction.UP, 80, -5),
            "The width of the watch zone cannot be negative.",
        ),
        (lambda: Target.around(Direction.UP, (1, 2), 1), "Only a band has two ends."),
        (lambda: Target.up(float("nan"), 1), "A threshold is a number."),
    ],
)
def test_thresholds_against_the_direction_are_refused(make, sentence):
    with pytest.raises(Invalid) as refusal:
        make()
    assert refusal.value.message == sentence


def test_target_before_the_first_one_is_none():
    first, second = Target.up(80, 70), Target.up(90, 80)
    targets = [Dated(date(2025, 5, 1), second), Dated(date(2025, 4, 1), first)]
    days = [date(2025, 3, 31), date(2025, 4, 1), date(2025, 4, 30), date(2025, 5, 1)]
    assert [in_force(targets, day) for day in days] == [None, first, first, second]


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (Figure(110), Figure(100), Change(Kind.CHANGE, 10, 10.0)),
        (Figure(-50), Figure(-100), Change(Kind.CHANGE, 50, 50.0)),
        (Figure(0), Figure(0), Change(Kind.CHANGE, 0, 0.0)),
        (NO_DATA, Figure(1), Change(Kind.NONE)),
        (Figure(1), Figure(None, State.UNDEFINED, 5, 0), Change(Kind.NONE)),
    ],
)
def test_change(now, before, expected):
    assert change(now, before) == expected
