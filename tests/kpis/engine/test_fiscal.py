"""Quarters and years that begin with another month, on every engine."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, earlier, latest

DAYS = [date(2023, 12, 30) + timedelta(days=n) for n in range(800)]


def first_of(day, grain, month):
    """The first day of the fiscal quarter or year, found by walking back."""
    length = 3 if grain == "quarter" else 12
    first = day.replace(day=1)
    while (first.month - month) % length:
        first = (first - timedelta(days=1)).replace(day=1)
    return first


@pytest.mark.parametrize("kind", ["date", "timestamp"])
@pytest.mark.parametrize("grain", ["quarter", "year"])
@pytest.mark.parametrize("month", [1, 2, 4, 9, 12])
def test_rows_are_counted_in_fiscal_periods(store, kind, grain, month):
    rows = [{"at": day if kind == "date" else datetime(day.year, day.month, day.day, 12)}
            for day in DAYS]  # fmt: skip
    definition = {
        "measure": {"agg": "count"}, "time_column": "at", "time_zone": "Europe/Berlin",
        "fiscal_start": month,
    }  # fmt: skip
    result = store.ask({"at": kind}, rows, definition, Query(grain))
    wanted = Counter(first_of(day, grain, month) for day in DAYS)
    assert {p.period.start.date(): p.figure.value for p in result} == dict(wanted)
    assert {point.period.fiscal_start for point in result} == {month}


def test_last_fiscal_year_and_the_one_before():
    definition = parse_definition(
        {"measure": {"agg": "count"}, "time_column": "at", "grain": "year", "fiscal_start": 7}
    )
    now = latest(definition, datetime.fromisoformat("2026-03-01T12:00:00+00:00"))
    assert (now.start, now.end) == (date(2025, 7, 1), date(2026, 7, 1))
    then = earlier(now, definition, None)
    assert (then.start, then.end) == (date(2024, 7, 1), date(2025, 7, 1))
