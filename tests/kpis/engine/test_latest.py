"""The last periods out of an answer for all time are those that a question of their own gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kpis.engine.definition import Definition
from kpis.engine.latest import latest_points
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, latest
from kpis.engine.run import run, run_many

TYPES = {
    "at": "timestamp", "closed": "timestamp", "x": "number", "met": "boolean", "day": "date",
}  # fmt: skip
BEGIN = datetime(2024, 10, 3, 9)
PERIODS = 12

MEASURES: dict[str, dict[str, Any]] = {
    "count": {"agg": "count"},
    "median": {"agg": "quantile", "column": "x", "q": 0.5},
    "share": {"share": {"of": {"column": "met", "op": "=", "value": True}}},
    "ratio": {"ratio": [{"agg": "sum", "column": "x"}, {"agg": "count"}]},
    "rate": {"rate": {"measure": {"agg": "count"}, "per": "day"}},
    "stock": {"stock": {"opened": "at", "closed": "closed"}},
    "net": {"net": {"in": "at", "out": "closed"}},
    "moving": {"window": {"measure": {"agg": "count"}, "kind": "moving", "periods": 3}},
}


def row(moment: datetime, n: int) -> dict[str, Any]:
    return {
        "at": moment,
        "closed": moment + timedelta(days=9 * n % 50) if n % 3 else None,
        "x": n * 1.5 if n % 4 else None,
        "met": bool(n % 2),
        "day": moment.date(),
    }


def rows(days: int) -> list[dict[str, Any]]:
    return [row(BEGIN + timedelta(days=5 * n, hours=n), n) for n in range(days // 5)]


def defined(measure: dict[str, Any], **how: Any) -> Definition:
    timed = {} if {"stock", "net"} & set(measure) else {"time_column": "at"}
    return parse_definition({"measure": measure, "time_zone": "Europe/Berlin", **timed, **how})


def both(store: Any, some: Any, definition: Definition, as_of: datetime) -> tuple[Any, Any]:
    """The last points by a question of their own, and out of the answer for all time."""
    own = latest(definition, as_of, periods=PERIODS)
    with store.load(TYPES, some, as_of) as (connection, table):
        asked = [(definition, own), (definition, Query(grain=definition.grain))]
        alone, whole = run_many(connection, table, asked)
    return alone.points[-PERIODS:], latest_points(definition, whole, periods=PERIODS)


@pytest.mark.parametrize("measure", [name for name in MEASURES if name != "moving"])
@pytest.mark.parametrize(
    ("days", "after"),
    [
        (700, timedelta()),
        (90, timedelta()),
        (700, timedelta(days=70)),
        (700, timedelta(days=-100)),
        (0, timedelta()),
    ],
    ids=["long", "short", "reported later", "reported before the last rows", "no rows"],
)
def test_they_are_the_same(store: Any, measure: str, days: int, after: timedelta) -> None:
    as_of = (BEGIN + timedelta(days=days) + after).replace(tzinfo=UTC)
    alone, told = both(store, rows(days), defined(MEASURES[measure]), as_of)

    assert told == alone


@pytest.mark.parametrize("grain", ["day", "week", "quarter", "year"])
def test_of_every_grain_but_hours(store: Any, grain: str) -> None:
    definition = defined(MEASURES["share"], grain=grain, fiscal_start=4, week_start=6)
    as_of = (BEGIN + timedelta(days=400)).replace(tzinfo=UTC)
    alone, told = both(store, rows(390), definition, as_of)

    assert told == alone


def test_of_days_that_begin_in_an_hour_that_occurs_twice(store: Any) -> None:
    """Havana's clocks go back over midnight: 2 November 2025 has two of its first hour."""
    definition = parse_definition({
        "measure": {"agg": "count"}, "time_column": "at", "time_zone": "America/Havana",
        "grain": "day",
    })  # fmt: skip
    some = [row(datetime(2025, 10, 25) + timedelta(hours=n), n) for n in range(240)]
    alone, told = both(store, some, definition, datetime(2025, 11, 3, 12, tzinfo=UTC))

    assert told == alone


def test_beyond_what_a_range_may_be_it_tells_nothing(store: Any) -> None:
    """A question of its own says why it cannot be asked, so it has to be asked."""
    definition = defined(MEASURES["count"])
    as_of = datetime(9000, 1, 1, tzinfo=UTC)
    with store.load(TYPES, rows(90), as_of) as (connection, table):
        whole = run(connection, table, definition, Query(grain="month"))

    assert latest_points(definition, whole, periods=PERIODS) is None


@pytest.mark.parametrize(
    "how", [{"grain": "hour"}, {"measure": MEASURES["moving"]}], ids=["hours", "windows"]
)
def test_hours_and_windows_are_asked_for(store: Any, how: dict[str, Any]) -> None:
    definition = defined(**{"measure": MEASURES["count"], **how})
    _alone, told = both(store, rows(30), definition, datetime(2024, 11, 2, tzinfo=UTC))

    assert told is None


def test_another_grain_or_no_as_of_tells_nothing(store: Any) -> None:
    definition = defined(MEASURES["count"])
    with store.load(TYPES, rows(90)) as (connection, table):
        weeks, months = run_many(
            connection, table, [(definition, Query(grain="week")), (definition, Query("month"))]
        )

    assert months.as_of is None
    assert latest_points(definition, weeks, periods=PERIODS) is None
    assert latest_points(definition, months, periods=PERIODS) is None


def test_dates_without_times_are_told_too(store: Any) -> None:
    definition = defined(MEASURES["count"], time_column="day", grain="week")
    alone, told = both(store, rows(200), definition, datetime(2025, 4, 16, tzinfo=UTC))

    assert told == alone
    assert told[-1].period.start.date() == date(2025, 4, 14)
