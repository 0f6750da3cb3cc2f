"""Queries over small tables: filters, segments, filling, cuts, bindings and refusals."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql

from ace_portal.lib.errors import Invalid
from kpis.engine.parsing import parse_definition, parse_where
from kpis.engine.query import Query, Table, calendar_of, earlier, latest
from kpis.engine.result import Figure, State
from kpis.engine.run import explain, run, run_many
from kpis.engine.values import distinct_values

TYPES = {
    "at": "timestamp",
    "closed": "timestamp",
    "g": "text",
    "n": "integer",
    "x": "number",
    "met": "boolean",
    "day": "date",
}
COUNT = {"measure": {"agg": "count"}, "time_column": "at", "dimensions": ["g", "n", "met", "day"]}
NOON = datetime(2025, 3, 10, 12)
ROWS = [
    {"at": NOON, "g": "a", "n": 1, "x": 1.5, "met": True, "day": date(2025, 3, 10)},
    {"at": NOON + timedelta(days=1), "g": "b", "n": 2, "x": None, "met": False},
    {"at": NOON + timedelta(days=31), "g": None, "n": None, "x": 4.0, "met": None},
    {"at": None, "g": "a", "n": 3, "x": 5.0, "met": True},
]
NO_DATA = Figure(None, State.NO_DATA)


def counted(store, where, rows=ROWS):
    query = Query(where=parse_where(where))
    return store.ask(TYPES, rows, {"measure": {"agg": "count"}}, query).total.value


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ({"column": "g", "op": "=", "value": "a"}, 2),
        ({"column": "g", "op": "!=", "value": "a"}, 1),
        ({"not": {"column": "g", "op": "=", "value": "a"}}, 1),
        ({"column": "g", "op": "in", "value": ["a", "b", "z"]}, 3),
        ({"column": "g", "op": "in", "value": ["b", None]}, 2),
        ({"column": "g", "op": "in", "value": [None]}, 1),
        ({"column": "g", "op": "not in", "value": ["a"]}, 1),
        ({"column": "g", "op": "not in", "value": ["a", None]}, 1),
        ({"column": "g", "op": "is null"}, 1),
        ({"column": "g", "op": "is not null"}, 3),
        ({"column": "g", "op": "contains", "value": "%"}, 0),
        ({"column": "g", "op": "contains", "value": "A"}, 0),
        ({"column": "g", "op": "contains", "value": "a"}, 2),
        ({"column": "n", "op": "in", "value": [1, 2.0]}, 2),
        ({"column": "n", "op": ">", "value": 1.5}, 2),
        ({"column": "x", "op": "between", "value": [1.5, 4]}, 2),
        ({"column": "x", "op": "in", "value": [4, 5]}, 2),
        ({"column": "met", "op": "=", "value": True}, 2),
        ({"column": "met", "op": "in", "value": [False, None]}, 2),
        ({"column": "day", "op": "in", "value": ["2025-03-10"]}, 1),
        ({"column": "day", "op": "<", "value": "2025-03-11"}, 1),
        ({"column": "at", "op": "=", "value": "2025-03-10"}, 1),
        ({"column": "at", "op": "=", "value": "2025-03-10T12:00"}, 1),
        ({"column": "at", "op": "!=", "value": "2025-03-10T12:00:00"}, 2),
        ({"column": "at", "op": ">", "value": "2025-03-10"}, 2),
        ({"column": "at", "op": "<=", "value": "2025-03-11"}, 2),
        ({"column": "at", "op": "between", "value": ["2025-03-10", "2025-03-11"]}, 2),
        ({"column": "at", "op": "not in", "value": ["2025-03-10"]}, 2),
        ({"column": "at", "op": "in", "value": ["2025-03-10", None]}, 2),
        (
            {
                "all": [
                    {"column": "g", "op": "=", "value": "a"},
                    {"column": "n", "op": ">", "value": 2},
                ]
            },
            1,
        ),
        (
            {
                "any": [
                    {"column": "g", "op": "=", "value": "b"},
                    {"column": "n", "op": ">", "value": 2},
                ]
            },
            2,
        ),
    ],
    ids=str,
)
def test_condition_keeps_the_rows_that_meet_it(store, where, rows):
    assert counted(store, where) == rows


@pytest.mark.parametrize("stored", ["2025-03-10 12:00:00", "2025-03-10 12:00:00.000", None])
def test_stamp_on_sqlite_matches_however_it_is_spelled(stored):
    engine = sa.create_engine("sqlite://")
    table = Table.named("t", {"at": "timestamp"})
    definition = parse_definition({"measure": {"agg": "count"}, "time_column": "at"})
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE t (at TEXT)"))
        value = stored or "2025-03-10 12:00:00.000000"
        connection.execute(sa.text("INSERT INTO t VALUES (:at)"), {"at": value})
        found = []
        for op in ("=", "!=", "<", "<=", ">", ">="):
            where = parse_where({"column": "at", "op": op, "value": "2025-03-10T12:00:00"})
            found.append(run(connection, table, definition, Query(where=where)).total.value)
    engine.dispose()
    assert found == [1, 0, 0, 1, 0, 1]


HOSTILE = "'; DROP TABLE load; --"


@pytest.mark.parametrize("op", ["=", "contains", "in"])
def test_hostile_value_is_only_a_value(store, op):
    rows = [{"g": HOSTILE}, {"g": "a"}]
    value = [HOSTILE, '" OR 1=1 --'] if op == "in" else HOSTILE
    assert counted(store, {"column": "g", "op": op, "value": value}, rows) == 1
    definition = parse_definition({"measure": {"agg": "count"}})
    where = parse_where({"column": "g", "op": op, "value": value})
    with store.load(TYPES, rows) as (connection, table):
        assert HOSTILE not in run(connection, table, definition, Query(where=where)).sql


@pytest.mark.parametrize(
    "name", ["case:concept:name", 'say "hi"', "100%", "%(x)s", "a.b", "select", "copy", "Ä b", "$1"]
)
def test_any_column_name_works(store, name):
    definition = {
        "measure": {"share": {"of": {"column": name, "op": "=", "value": "x"}}},
        "dimensions": [name],
        "time_column": "at",
        "time_zone": "Europe/Berlin",
    }
    rows = [{"at": NOON, name: "x"}, {"at": NOON, name: "y"}]
    result = store.ask({"at": "timestamp", name: "text"}, rows, definition, Query("day", (name,)))
    assert [(p.segment, p.figure.value) for p in result] == [(("x",), 1), (("y",), 0)]


def test_null_is_a_segment_and_comes_last(store):
    result = store.ask(TYPES, ROWS, COUNT, Query(by=("g",)))
    assert [(p.segment, p.figure.value) for p in result] == [(("a",), 1), (("b",), 1), ((None,), 1)]


def test_segments_are_named_by_their_values(store):
    result = store.ask(TYPES, ROWS[:2], COUNT, Query(by=("met", "n", "day")))
    assert [p.segment for p in result] == [("false", "2", None), ("true", "1", "2025-03-10")]


def test_missing_periods_of_each_segment_are_zero_inside_the_data(store):
    result = store.ask(TYPES, ROWS, COUNT, Query("month", ("g",)))
    assert [(p.period.start.month, p.segment[0], p.figure.value) for p in result] == [
        (3, "a", 1),
        (3, "b", 1),
        (3, None, 0),
        (4, "a", 0),
        (4, "b", 0),
        (4, None, 1),
    ]


def test_sum_counts_what_it_leaves_out(store):
    definition = {"measure": {"agg": "sum", "column": "x"}, "time_column": "at"}
    figure = store.ask(TYPES, ROWS, definition).total
    assert figure == Figure(5.5, rows=3, left_out=1)


def test_sum_of_nulls_is_zero_and_their_average_no_data(store):
    rows = [{"at": NOON, "x": None}]
    total = {"measure": {"agg": "sum", "column": "x"}, "time_column": "at"}
    assert store.ask(TYPES, rows, total).total == Figure(0, rows=1, left_out=1)
    mean = {"measure": {"agg": "avg", "column": "x"}, "time_column": "at"}
    assert store.ask(TYPES, rows, mean).total == Figure(None, State.NO_DATA, rows=1, left_out=1)


def test_average_keeps_its_sides_and_says_few(store):
    definition = {"measure": {"agg": "avg", "column": "x"}, "time_column": "at"}
    figure = store.ask(TYPES, ROWS, definition).total
    assert figure == Figure(2.75, State.OK, 5.5, 2, rows=3, left_out=1, few=True)
    enough = store.ask(TYPES, ROWS, definition | {"min_cases": 2}).total
    assert not enough.few


def test_distinct_total_is_not_the_sum_of_the_months(store):
    rows = [{"at": NOON, "g": "a"}, {"at": NOON + timedelta(days=31), "g": "a"}]
    definition = {"measure": {"agg": "count_distinct", "column": "g"}, "time_column": "at"}
    assert store.ask(TYPES, rows, definition).total.value == 1
    months = store.ask(TYPES, rows, definition, Query("month"))
    assert [p.figure.value for p in months] == [1, 1]


def test_quantile_per_segment_and_condition(store):
    rows = [{"at": NOON, "g": g, "x": x, "met": x < 9} for g in "ab" for x in (1.0, 2.0, 4.0, 9.0)]
    measure = {
        "agg": "quantile",
        "column": "x",
        "q": 0.75,
        "where": {"column": "met", "op": "=", "value": True},
    }
    definition = {"measure": measure, "time_column": "at", "dimensions": ["g"]}
    result = store.ask(TYPES, rows, definition, Query("month", ("g",)))
    assert [(p.figure.value, p.figure.denominator) for p in result] == [(3.0, 3), (3.0, 3)]


@pytest.mark.parametrize(("unit", "expected"), [("s", 5400.25), ("h", 5400.25 / 3600)])
def test_duration_is_exact_to_the_fraction(store, unit, expected):
    closed = NOON + timedelta(hours=1, minutes=30, milliseconds=250)
    measure = {"agg": "max", "column": {"from": "at", "to": "closed", "unit": unit}}
    rows = [{"at": NOON, "closed": closed}, {"at": NOON, "closed": None}]
    figure = store.ask(TYPES, rows, {"measure": measure, "time_column": "at"}).total
    assert figure.value == pytest.approx(expected, rel=1e-12)
    assert figure.left_out == 1


def test_duration_between_dates_counts_whole_days(store):
    types = {"a": "date", "b": "date"}
    rows = [{"a": date(2025, 3, 29), "b": date(2025, 3, 31)}]
    measure = {"agg": "sum", "column": {"from": "a", "to": "b", "unit": "d"}}
    assert store.ask(types, rows, {"measure": measure}).total.value == 2


def test_ratio_with_scale_and_conditions(store):
    measure = {
        "ratio": [
            {"agg": "sum", "column": "x", "where": {"column": "g", "op": "=", "value": "a"}},
            {"agg": "count_distinct", "column": "n"},
        ],
        "scale": 100,
    }
    figure = store.ask(TYPES, ROWS[:2], {"measure": measure, "time_column": "at"}).total
    assert (figure.value, figure.numerator, figure.denominator) == (75, 1.5, 2)
    assert figure.few


def test_exclusion_takes_only_rows_that_certainly_meet_it(store):
    exclusions = {"column": "g", "op": "=", "value": "a"}
    assert store.ask(TYPES, ROWS, COUNT | {"exclusions": exclusions}).total.value == 2


def test_share_of_nothing_is_no_data_and_of_excluded_nulls_undefined(store):
    of = {"column": "met", "op": "=", "value": True}
    among = {"column": "g", "op": "=", "value": "nobody"}
    definition = {"measure": {"share": {"of": of, "among": among}}, "time_column": "at"}
    assert store.ask(TYPES, ROWS, definition).total == NO_DATA
    definition = {"measure": {"share": {"of": of}}, "time_column": "at", "null_rule": "exclude"}
    figure = store.ask(TYPES, ROWS[2:3], definition).total
    assert figure == Figure(None, State.UNDEFINED, 0, 0, rows=1, left_out=1)


def test_stock_counts_what_was_open_before_and_ignores_impossible_rows(store):
    def day(number):
        return datetime(2025, 5, number)

    rows = [
        {"at": day(1), "closed": None, "g": "a"},
        {"at": day(10), "closed": day(12), "g": "a"},
        {"at": day(11), "closed": day(5), "g": "a"},  # closed before it was opened
        {"at": None, "closed": day(3), "g": "a"},
        {"at": day(11), "closed": None, "g": "b"},
    ]
    measure = {"stock": {"opened": "at", "closed": "closed"}}
    definition = {"measure": measure, "dimensions": ["g"]}
    query = Query("day", ("g",), date(2025, 5, 10), date(2025, 5, 13))
    result = store.ask(TYPES, rows, definition, query)
    assert [(p.segment[0], p.figure.value) for p in result] == [
        ("a", 2),
        ("b", 0),
        ("a", 2),
        ("b", 1),
        ("a", 1),
        ("b", 1),
    ]
    assert store.ask(TYPES, rows, definition).total.value == 2
    then = Query(end=date(2025, 5, 11))
    assert store.ask(TYPES, rows, definition, then).total.value == 2


def test_stock_is_known_until_the_as_of_and_a_flow_is_not(store):
    rows = [{"at": datetime(2025, 5, 1, 8), "closed": None}]
    as_of = datetime(2025, 5, 3, 9, tzinfo=UTC)
    query = Query("day", start=date(2025, 5, 1), end=date(2025, 5, 5))
    stock = {"measure": {"stock": {"opened": "at", "closed": "closed"}}}
    values = [p.figure.value for p in store.ask(TYPES, rows, stock, query, as_of)]
    assert values == [1, 1, 1, None]
    values = [p.figure.value for p in store.ask(TYPES, rows, COUNT, query, as_of)]
    assert values == [1, None, None, None]


def test_net_is_what_came_minus_what_went(store):
    rows = [
        {"at": datetime(2025, 3, 5), "closed": datetime(2025, 4, 2)},
        {"at": datetime(2025, 3, 6), "closed": None},
        {"at": datetime(2025, 5, 6), "closed": datetime(2025, 5, 7)},
    ]
    definition = {"measure": {"net": {"in": "at", "out": "closed"}}}
    result = store.ask(TYPES, rows, definition, Query("month"))
    assert [p.figure.value for p in result] == [2, -1, 0]
    assert store.ask(TYPES, rows, definition).total.value == 1


def test_empty_table_has_no_data(store):
    query = Query("day", start=date(2025, 1, 1), end=date(2025, 1, 3))
    assert [p.figure for p in store.ask(TYPES, [], COUNT, query)] == [NO_DATA, NO_DATA]
    assert store.ask(TYPES, [], COUNT).total == NO_DATA
    assert store.ask(TYPES, [], COUNT, Query("day")).points == ()
    assert store.ask(TYPES, [], COUNT, Query(by=("g",))).points == ()


def test_total_of_a_range_without_rows(store):
    inside = Query(start=date(2025, 3, 20), end=date(2025, 3, 25))
    assert store.ask(TYPES, ROWS, COUNT, inside).total == Figure(0)
    outside = Query(start=date(2026, 3, 20), end=date(2026, 3, 25))
    assert store.ask(TYPES, ROWS, COUNT, outside).total == NO_DATA


def test_period_that_the_range_cuts_is_partial(store):
    query = Query("month", start=date(2025, 3, 11), end=date(2025, 5, 1))
    result = store.ask(TYPES, ROWS, COUNT, query)
    assert [(p.figure.value, p.period.partial) for p in result] == [(1, True), (1, False)]


def test_markers_for_never_do_not_stretch_the_axis(store):
    rows = [*ROWS, {"at": datetime(9999, 12, 31)}, {"at": datetime(1, 1, 1)}]
    query = Query("month", start=date(2025, 3, 1), end=date(2025, 5, 1))
    assert [p.figure.value for p in store.ask(TYPES, rows, COUNT, query)] == [2, 1]
    years = store.ask(TYPES, rows, COUNT, Query("year"))
    assert len(years.points) == 400
    with pytest.raises(Invalid, match="more than 50,000 figures"):
        store.ask(TYPES, rows, COUNT, Query("day"))


def test_identical_queries_of_a_page_are_asked_once(duck):
    definition = parse_definition(COUNT)
    asked = [(definition, Query()), (definition, Query("day")), (definition, Query())]
    with duck.load(TYPES, ROWS) as (connection, table):
        statements = []
        sa.event.listen(
            connection, "before_cursor_execute", lambda *args: statements.append(args[2])
        )
        first, _, third = run_many(connection, table, asked)
    assert first is third
    assert len(statements) == 3  # the data's span, and two queries


def test_result_says_where_it_comes_from(store):
    as_of = datetime(2025, 4, 11, tzinfo=UTC)
    definition = COUNT | {"time_zone": "Europe/Berlin"}
    result = store.ask(TYPES, ROWS, definition, Query("month", ("g",)), as_of)
    assert (result.grain, result.by, result.time_zone) == ("month", ("g",), "Europe/Berlin")
    assert result.as_of == as_of
    assert result.sql.startswith("SELECT")
    assert str(result.points[0].period.start) == "2025-03-01 00:00:00+01:00"
    assert [p.period.partial for p in result] == [False] * 3 + [True] * 3


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        (Query(by=("x",)), "by", "The KPI cannot be split by “x”."),
        (Query(by=("g", "g")), "by", "Each dimension is named once."),
        (Query("decade"), "grain", "There is no grain “decade”."),
        (
            Query(start=date(2025, 1, 2), end=date(2025, 1, 2)),
            "end",
            "The range ends before it begins.",
        ),
        (
            Query(where=parse_where({"column": "gone", "op": "is null"})),
            "where.column",
            "The data does not have the column “gone”.",
        ),
    ],
    ids=str,
)
def test_query_that_cannot_be_answered_is_refused(duck, query, field, sentence):
    with pytest.raises(Invalid) as refusal:
        duck.ask(TYPES, ROWS, COUNT, query)
    assert (refusal.value.field, refusal.value.message) == (field, sentence)


def test_periods_need_a_time_column_and_hours_need_times(duck):
    with pytest.raises(Invalid, match="no time column"):
        duck.ask(TYPES, ROWS, {"measure": {"agg": "count"}}, Query("month"))
    with pytest.raises(Invalid, match="it has no hours"):
        duck.ask(TYPES, ROWS, COUNT | {"time_column": "day"}, Query("hour"))


def test_database_without_exact_forms_is_refused():
    table = Table.named("t", TYPES)
    with pytest.raises(Invalid, match="inside mssql; extract it instead"):
        explain(mssql.dialect(), table, parse_definition(COUNT), Query("day"))


def test_values_for_a_dropdown(store):
    rows = [{"g": g} for g in ("b", "A", None, "b", "Äpfel", "ab")] + [{"n": 3}, {"met": True}]
    with store.load(TYPES, rows) as (connection, table):
        found = distinct_values(connection, table, "g")
        assert (found.values, found.more) == (("A", "ab", "b", "Äpfel", None), False)
        found = distinct_values(connection, table, "g", search="B", limit=1)
        assert (found.values, found.more) == (("ab",), True)
        assert distinct_values(connection, table, "g", search="%").values == ()
        assert distinct_values(connection, table, "n").values == (3, None)
        assert distinct_values(connection, table, "met").values == (True, None)
        with pytest.raises(Invalid, match="does not have the column “gone”"):
            distinct_values(connection, table, "gone")
        with pytest.raises(Invalid, match="too many values to list"):
            distinct_values(connection, table, "x")


BERLIN = parse_definition(
    {"measure": {"agg": "count"}, "time_column": "at", "time_zone": "Europe/Berlin"}
)


@pytest.mark.parametrize(
    ("query", "against", "start", "end"),
    [
        (
            Query("month", (), date(2025, 3, 1), date(2025, 4, 1)),
            "previous",
            "2025-02-01",
            "2025-03-01",
        ),
        (
            Query("month", (), date(2025, 3, 1), date(2025, 4, 1)),
            "year",
            "2024-03-01",
            "2024-04-01",
        ),
        (
            Query("week", (), date(2025, 3, 3), date(2025, 3, 10)),
            "year",
            "2024-03-04",
            "2024-03-11",
        ),
        (
            Query(None, (), date(2025, 1, 1), date(2025, 4, 1)),
            "previous",
            "2024-10-01",
            "2025-01-01",
        ),
        (
            Query(None, (), date(2025, 1, 1), date(2026, 1, 1)),
            "previous",
            "2024-01-01",
            "2025-01-01",
        ),
        (
            Query(None, (), date(2025, 3, 5), date(2025, 3, 8)),
            "previous",
            "2025-03-02",
            "2025-03-05",
        ),
        (Query("day", (), date(2024, 2, 29), date(2024, 3, 1)), "year", "2023-02-28", "2023-03-01"),
    ],
    ids=str,
)
def test_earlier_range(query, against, start, end):
    then = earlier(query, BERLIN, None, against=against)
    assert (then.start.isoformat(), then.end.isoformat(), then.until) == (start, end, None)


def test_earlier_range_is_cut_at_the_same_local_time():
    as_of = datetime(2025, 4, 1, 10, 30, tzinfo=UTC)  # 12:30 in Berlin, in summer
    then = earlier(latest(BERLIN, as_of, grain="month", periods=2), BERLIN, as_of)
    assert (then.start, then.end) == (date(2025, 1, 1), date(2025, 3, 1))
    assert then.until == datetime(2025, 2, 1, 11, 30, tzinfo=UTC)  # 12:30 in winter


def test_earlier_range_of_a_longer_stretch_than_its_period_is_whole():
    as_of = datetime(2025, 3, 30, 12, tzinfo=UTC)
    then = earlier(latest(BERLIN, as_of), BERLIN, as_of)
    assert (then.start, then.end, then.until) == (date(2025, 2, 1), date(2025, 3, 1), None)


def test_open_range_has_no_earlier_one():
    with pytest.raises(Invalid, match="open range"):
        earlier(Query("month"), BERLIN, None)


@pytest.mark.parametrize("measure", [{"agg": "count"}, {"net": {"in": "at", "out": "closed"}}])
def test_row_on_the_edge_belongs_to_the_period_that_begins(store, measure):
    midnights = [datetime(2025, 3, 29, 23), datetime(2025, 3, 30, 22)]  # of 30 and 31 March
    definition = {"measure": measure, "time_column": "at", "time_zone": "Europe/Berlin"}
    rows = [{"at": midnight} for midnight in midnights]
    first = Query(start=date(2025, 3, 30), end=date(2025, 3, 31))
    assert store.ask(TYPES, rows, definition, first).total.value == 1
    days = store.ask(TYPES, rows, definition, Query("day"))
    assert [(p.period.start.day, p.figure.value) for p in days] == [(30, 1), (31, 1)]


def test_row_opened_at_the_end_of_the_range_is_not_in_the_stock(store):
    rows = [{"at": datetime(2025, 5, 1)}, {"at": datetime(2025, 5, 2)}]
    definition = {"measure": {"stock": {"opened": "at", "closed": "closed"}}}
    assert store.ask(TYPES, rows, definition, Query(end=date(2025, 5, 2))).total.value == 1


def test_noted_ends_of_the_data_are_not_asked_for(duck):
    definition, query = parse_definition(COUNT), Query(grain="week")
    with duck.load(TYPES, ROWS) as (connection, table):
        asked = run(connection, table, definition, query)
        ran = []
        sa.event.listen(
            connection, "before_cursor_execute", lambda _c, _cursor, sql, *_rest: ran.append(sql)
        )
        told = replace(table, ends={"at": ("2025-03-10 12:00:00", "2025-04-10 12:00:00")})

        assert run(connection, told, definition, query) == asked
    assert len(ran) == 1


@pytest.mark.parametrize(
    ("against", "start", "until"),
    [
        ("previous", date(2025, 1, 1), "2025-01-10T14:00"),
        ("year", date(2024, 3, 1), "2024-03-10T14:00"),
    ],
)
def test_earlier_range_is_cut_where_the_data_ends_far_inside(against, start, until):
    as_of = datetime(2025, 3, 10, 14, tzinfo=calendar_of(BERLIN).zone)
    query = Query(start=date(2025, 3, 1), end=date(2025, 5, 1))
    then = earlier(query, BERLIN, as_of, against=against)
    local = then.until.astimezone(calendar_of(BERLIN).zone)
    assert (then.start, f"{local:%Y-%m-%dT%H:%M}") == (start, until)


def test_earlier_range_of_odd_days_is_cut_on_the_same_day():
    as_of = datetime(2025, 4, 10, 14, tzinfo=calendar_of(BERLIN).zone)
    then = earlier(Query(start=date(2025, 4, 3), end=date(2025, 4, 20)), BERLIN, as_of)
    local = then.until.astimezone(calendar_of(BERLIN).zone)
    assert (then.start, f"{local:%m-%d %H:%M}") == (date(2025, 3, 17), "03-24 14:00")


def test_earlier_period_that_is_shorter_counts_whole():
    as_of = datetime(2025, 3, 31, 12, tzinfo=calendar_of(BERLIN).zone)
    then = earlier(Query(start=date(2025, 3, 1), end=date(2025, 5, 1)), BERLIN, as_of)
    assert (then.start, then.until) == (date(2025, 1, 1), datetime(2025, 1, 31, 11, tzinfo=UTC))
