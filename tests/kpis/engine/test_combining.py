"""A formula over the results of several KPIs, whose data need not cover the same."""

from datetime import UTC, datetime

from kpis.engine.arithmetic import parse_formula
from kpis.engine.combining import combined
from kpis.engine.query import Query
from kpis.engine.result import State

TYPES = {"at": "timestamp", "g": "text"}
COUNT = {"measure": {"agg": "count"}, "time_column": "at", "dimensions": ["g"]}


def rows(**months):
    """One row for each letter of a month: ``march="ab"``."""
    number = {"january": 1, "february": 2, "march": 3, "april": 4}
    return [
        {"at": datetime(2025, number[month], 10), "g": g}
        for month, letters in months.items()
        for g in letters
    ]


def both(duck, formula, a, b, query, as_of=None):
    results = {
        "a": duck.ask(TYPES, a, COUNT, query),
        "b": duck.ask(TYPES, b, COUNT, query, as_of=as_of),
    }
    return combined(parse_formula(formula), results)


def told(result):
    return [(p.period and p.period.start.month, *p.segment, p.figure.value) for p in result]


def test_each_period_and_the_total_are_computed_from_their_own_parts(duck):
    a, b = rows(january="aa", february="aaa"), rows(january="b", february="bbbb")
    assert told(both(duck, "a / b", a, b, Query("month"))) == [(1, 2), (2, 0.75)]
    assert both(duck, "a / b", a, b, Query()).total.value == 1  # of 5 and 5, no mean of the months


def test_segment_without_rows_in_one_part_counts_as_nothing_there(duck):
    a, b = rows(january="aab"), rows(january="ac")
    result = both(duck, "a - b", a, b, Query(by=("g",)))
    assert told(result) == [(None, "a", 1), (None, "b", 1), (None, "c", -1)]
    quotient = both(duck, "a / b", a, b, Query(by=("g",)))
    assert [point.figure.state for point in quotient] == [State.OK, State.UNDEFINED, State.OK]


def test_period_that_one_part_does_not_know_has_no_data(duck):
    a, b = rows(january="a", march="a"), rows(february="b", march="b")
    result = both(duck, "a + b", a, b, Query("month"))
    assert told(result) == [(1, None), (2, 1), (3, 2)]


def test_segments_of_a_period_that_is_not_known_have_no_data(duck):
    a, b = rows(january="a", february="a"), rows(february="b")
    result = both(duck, "a + b", a, b, Query("month", by=("g",)))
    assert told(result) == [(1, "a", None), (1, "b", None), (2, "a", 1), (2, "b", 1)]


def test_formula_over_a_formula_knows_what_a_missing_segment_has(duck):
    a, b = rows(january="a"), rows(january="b")
    query = Query(by=("g",))
    inner = both(duck, "a + b + 1", a, b, query)
    outer = combined(
        parse_formula("x - y"), {"x": inner, "y": duck.ask(TYPES, rows(january="c"), COUNT, query)}
    )
    assert told(outer) == [(None, "a", 2), (None, "b", 2), (None, "c", 0)]


def test_partial_part_makes_the_period_partial(duck):
    as_of = datetime(2025, 1, 20, tzinfo=UTC)
    result = both(duck, "a + b", rows(january="a"), rows(january="b"), Query("month"), as_of)
    assert [point.period.partial for point in result] == [True]
    assert result.as_of == as_of
    assert result.sql.startswith("-- a\nSELECT")
