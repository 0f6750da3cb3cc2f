"""The golden cases of the page on measures, each by its row there, in every database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kpis.engine.change import Kind, change
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, calendar_of, earlier, latest
from kpis.engine.result import Figure, State
from kpis.engine.run import run
from kpis.engine.status import Dated, Direction, Status, Target, in_force, status

MET = {"column": "met", "op": "=", "value": True}
VALUES = {"at": "timestamp", "x": "number"}
WHEN = datetime(2025, 1, 15, 12)


def rows_of(*values):
    return [{"at": WHEN, "x": value} for value in values]


@pytest.mark.parametrize(("q", "expected"), [(0.5, 2.5), (0.9, 3.7)])
def test_quantile_interpolates_between_closest_ranks(store, q, expected):
    measure = {"agg": "quantile", "column": "x", "q": q}
    result = store.ask(VALUES, rows_of(1, 2, 3, 4), {"measure": measure, "time_column": "at"})
    assert result.total.value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ({"agg": "avg", "column": "x"}, 15),
        ({"agg": "sum", "column": "x"}, 30),
        ({"agg": "count", "column": "x"}, 2),
        ({"agg": "count"}, 3),
    ],
    ids=["avg", "sum", "count-column", "count-rows"],
)
def test_null_is_not_zero(store, measure, expected):
    result = store.ask(VALUES, rows_of(10, None, 20), {"measure": measure, "time_column": "at"})
    assert result.total.value == expected


@pytest.mark.parametrize(
    ("null_rule", "expected", "left_out"), [("not_met", 1 / 3, 0), ("exclude", 1 / 2, 1)]
)
def test_share_with_an_unknown_condition(store, null_rule, expected, left_out):
    rows = [{"at": WHEN, "met": met} for met in (True, False, None)]
    definition = {"measure": {"share": {"of": MET}}, "time_column": "at", "null_rule": null_rule}
    figure = store.ask({"at": "timestamp", "met": "boolean"}, rows, definition).total
    assert (figure.value, figure.left_out) == (expected, left_out)


@pytest.mark.parametrize(
    ("measure", "march"),
    [
        ({"agg": "count"}, Figure(0)),
        ({"agg": "avg", "column": "x"}, Figure(None, State.NO_DATA)),
        ({"share": {"of": {"column": "x", "op": ">", "value": 0}}}, Figure(None, State.NO_DATA)),
    ],
    ids=["count", "avg", "share"],
)
def test_month_without_rows_between_months_with_rows(store, measure, march):
    rows = [{"at": datetime(2025, month, 10), "x": 1} for month in (1, 2, 4, 5)]
    definition = {"measure": measure, "time_column": "at"}
    result = store.ask(VALUES, rows, definition, Query("month"))
    assert [point.period.start.month for point in result] == [1, 2, 3, 4, 5]
    assert result.points[2].figure == march


def test_month_after_the_data_has_no_data(store):
    rows = [{"at": datetime(2025, month, 10), "x": 1} for month in (1, 2, 3, 4, 5)]
    definition = {"measure": {"agg": "count"}, "time_column": "at"}
    query = Query("month", start=date(2025, 6, 1), end=date(2025, 7, 1))
    [june] = store.ask(VALUES, rows, definition, query)
    assert june.figure == Figure(None, State.NO_DATA)


def test_ratio_by_zero_is_undefined_and_keeps_its_sides(store):
    measure = {
        "ratio": [
            {"agg": "sum", "column": "x"},
            {"agg": "count", "where": {"column": "x", "op": "<", "value": 0}},
        ]
    }
    figure = store.ask(VALUES, rows_of(2, 3), {"measure": measure, "time_column": "at"}).total
    assert (figure.value, figure.state) == (None, State.UNDEFINED)
    assert (figure.numerator, figure.denominator) == (5, 0)


def test_share_total_comes_from_rows_not_from_shares(store):
    rows = [{"at": WHEN, "g": "A", "met": i < 1} for i in range(2)]
    rows += [{"at": WHEN, "g": "B", "met": i < 9} for i in range(90)]
    types = {"at": "timestamp", "g": "text", "met": "boolean"}
    definition = {"measure": {"share": {"of": MET}}, "time_column": "at", "dimensions": ["g"]}
    total = store.ask(types, rows, definition).total
    assert (total.numerator, total.denominator) == (10, 92)
    assert round(total.value * 100, 4) == 10.8696
    split = store.ask(types, rows, definition, Query(by=("g",)))
    assert [(p.segment, p.figure.value, p.figure.few) for p in split] == [
        (("A",), 0.5, True),
        (("B",), 0.1, False),
    ]


@pytest.mark.parametrize("kind", ["timestamp", "date"])
def test_stock_at_the_end_of_each_day(store, kind):
    def day(number):
        moment = datetime(2025, 5, number)
        return moment if kind == "timestamp" else moment.date()

    rows = [{"opened": day(1), "closed": day(3)}, {"opened": day(2), "closed": None}]
    definition = {"measure": {"stock": {"opened": "opened", "closed": "closed"}}}
    query = Query("day", start=date(2025, 5, 1), end=date(2025, 5, 4))
    result = store.ask({"opened": kind, "closed": kind}, rows, definition, query)
    assert [point.figure.value for point in result] == [1, 2, 1]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25)], ids=["spring", "autumn"]
)
def test_local_day_when_the_clocks_change(store, day, hours):
    noon = datetime(day.year, day.month, day.day, 12)
    rows = [{"at": noon + timedelta(hours=hour)} for hour in range(-48, 49)]
    definition = {
        "measure": {"agg": "count"},
        "time_column": "at",
        "time_zone": "Europe/Berlin",
    }
    query = Query("day", start=day, end=day + timedelta(days=1))
    [point] = store.ask({"at": "timestamp"}, rows, definition, query)
    assert point.figure.value == hours
    assert point.period.end.astimezone(UTC) - point.period.start.astimezone(UTC) == timedelta(
        hours=hours
    )


def test_partial_month_against_the_same_stretch(store):
    march = [datetime(2025, 3, day, 12) for day in range(1, 32) for _ in range(10)]
    april = [datetime(2025, 4, day, 12) for day in range(1, 11) for _ in range(12)]
    rows = [{"at": moment} for moment in march + april]
    definition = parse_definition(
        {"measure": {"agg": "count"}, "time_column": "at", "time_zone": "Europe/Berlin"}
    )
    as_of = datetime(2025, 4, 10, 21, 59, tzinfo=UTC)  # 23:59 in Berlin
    now = latest(definition, as_of)
    before = earlier(now, definition, as_of)
    with store.load({"at": "timestamp"}, rows, as_of) as (connection, table):
        [point], [then] = (run(connection, table, definition, query) for query in (now, before))
    assert (point.figure.value, point.period.partial) == (120, True)
    assert (then.figure.value, then.period.partial) == (100, True)
    assert then.period.start.date() == date(2025, 3, 1)


def test_partial_month_of_days_against_the_same_days(store):
    march = [date(2025, 3, day) for day in range(1, 32) for _ in range(10)]
    april = [date(2025, 4, day) for day in range(1, 11) for _ in range(12)]
    definition = parse_definition(
        {"measure": {"agg": "count"}, "time_column": "on", "time_zone": "Europe/Berlin"}
    )
    with store.load({"on": "date"}, [{"on": day} for day in march + april]) as (connection, table):
        table = replace(table, last_day=date(2025, 4, 10))
        as_of = table.known_until(calendar_of(definition))
        now = latest(definition, as_of)
        before = earlier(now, definition, as_of)
        [point], [then] = (run(connection, table, definition, query) for query in (now, before))
    assert (point.figure.value, point.period.partial) == (120, True)
    assert (then.figure.value, then.period.partial) == (100, True)


def test_target_in_force_at_the_start_of_the_period():
    targets = [
        Dated(date(2025, 4, 1), Target.around(Direction.UP, 80, 5)),
        Dated(date(2025, 5, 1), Target.around(Direction.UP, 90, 5)),
    ]
    months = date(2025, 4, 1), date(2025, 5, 1)
    assert [status(Figure(85), in_force(targets, month)) for month in months] == [
        Status.GOOD,
        Status.WATCH,
    ]


def test_change_to_zero_and_from_zero():
    down = change(Figure(0), Figure(100))
    assert (down.kind, down.absolute, down.percent) == (Kind.CHANGE, -100, -100)
    new = change(Figure(5), Figure(0))
    assert (new.kind, new.absolute, new.percent) == (Kind.NEW, 5, None)


def test_change_of_a_share_is_in_points():
    up = change(Figure(0.65), Figure(0.6342), is_share=True)
    assert round(up.points, 10) == 1.58
    assert up.percent is None
