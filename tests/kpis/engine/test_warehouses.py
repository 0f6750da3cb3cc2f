"""The SQL for databases that no test reaches: each measure compiles and parses, or is refused.

Where a warehouse's own package is installed, its dialect writes the SQL; else a plain one of the
same name, with the same quotes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
import sqlglot
from sqlalchemy.dialects import registry
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import IdentifierPreparer

from ace_portal.lib.errors import Invalid
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, Table
from kpis.engine.run import explain
from kpis.engine.speech import SPEECHES
from tests.fixtures.kpis import OFFICE_WEEK
from tests.kpis.engine.test_agreement import MEASURES, QUERIES, TYPES

#: the dialect's name → that of the grammar which has to understand it, and its quote
WAREHOUSES = {
    "clickhousedb": ("clickhouse", "`"),
    "trino": ("trino", '"'),
    "snowflake": ("snowflake", '"'),
    "bigquery": ("bigquery", "`"),
    "databricks": ("databricks", "`"),
}
RANKED = {"trino", "bigquery"}
BOUND = re.compile(
    r"%\(\w+(:[\w.()]+)?\)[sb]|(?<![:\w]):[a-z_]\w*|@\w+|__\[POSTCOMPILE_\w+(:\w+)?\]"
)
ENDS = {name: (datetime(2025, 1, 1), datetime(2025, 12, 31)) for name in ("opened", "closed")} | {
    "day": (date(2025, 1, 1), date(2025, 12, 31))
}
HOURS = {"name": "Desk", "zone": "Europe/Berlin", "week": OFFICE_WEEK, "holidays": ["2025-05-01"]}
MORE: dict[str, dict[str, Any]] = {
    "working hours": {"agg": "avg", "column": {"from": "opened", "to": "closed", "unit": "h",
                                               "calendar": HOURS}},
    "seconds": {"agg": "sum", "column": {"from": "opened", "to": "closed", "unit": "s"}},
    "moving count": {"window": {"measure": {"agg": "count"}, "kind": "moving", "periods": 3}},
}  # fmt: skip
MOVING_MEDIAN = {
    "window": {"measure": {"agg": "quantile", "q": 0.5, "column": "x"}, "kind": "moving",
               "periods": 3}
}  # fmt: skip


def dialect_of(name: str) -> Dialect:
    try:
        return registry.load(name)()
    except sa.exc.NoSuchModuleError:
        return plain(name, WAREHOUSES[name][1])


def plain(name: str, quote: str) -> Dialect:
    class Names(IdentifierPreparer):
        def __init__(self, dialect: Any) -> None:
            super().__init__(dialect, initial_quote=quote, escape_quote=quote)

    return type(name, (DefaultDialect,), {"name": name, "preparer": Names})()


@pytest.fixture(scope="module", params=WAREHOUSES)
def warehouse(request: pytest.FixtureRequest) -> Dialect:
    return dialect_of(request.param)


def definition_of(measure: dict[str, Any], **more: Any) -> Any:
    return parse_definition({
        "measure": measure, "time_column": "opened", "time_zone": "Europe/Berlin",
        "dimensions": ["g", "ok"], "grain": "month", **more,
    })  # fmt: skip


def sql_of(dialect: Dialect, definition: Any, query: Query) -> str:
    table = Table.named("load", TYPES, as_of=datetime(2025, 12, 31, tzinfo=UTC))
    return explain(dialect, table, definition, query, ENDS)


def understood(dialect: Dialect, sql: str) -> sqlglot.Expr:
    grammar, _quote = WAREHOUSES[dialect.name]
    return sqlglot.parse_one(BOUND.sub("(1)", sql), dialect=grammar)


@pytest.mark.parametrize("name", [*MEASURES, *MORE])
def test_every_measure_is_written_in_words_that_the_grammar_knows(
    name: str, warehouse: Dialect
) -> None:
    definition = definition_of((MEASURES | MORE)[name])
    queries = {**QUERIES, "fiscal": Query("quarter"), "days": Query("day", ("ok",))}
    for query in queries.values():
        for one in (definition, replace(definition, fiscal_start=4, week_start=6)):
            tree = understood(warehouse, sql_of(warehouse, one, query))
            unknown = [n.name for n in tree.find_all(sqlglot.exp.Anonymous) if n.name not in KNOWN]
            assert unknown == []


#: functions that the grammar takes as they are, by the manual of who has them
KNOWN = {
    "toDateTime64", "toDate32", "intDiv", "addSeconds", "addDays", "addMonths", "position",
    "to_timestamp_ntz", "dateDiff",
}  # fmt: skip


def test_dates_have_keys_of_their_own(warehouse: Dialect) -> None:
    definition = definition_of({"agg": "count"}, time_column="day")
    for grain in ("day", "week", "month", "quarter", "year"):
        understood(warehouse, sql_of(warehouse, definition, Query(grain)))


def test_quantile_is_exact_or_made_of_row_numbers(warehouse: Dialect) -> None:
    sql = sql_of(warehouse, definition_of(MEASURES["median"]), Query()).lower()
    exact = ("quantileexactinclusive(0.5)", "percentile_cont(0.5) within group", "percentile(cast(")
    assert any(words in sql for words in exact) is (warehouse.name not in RANKED)
    assert ("row_number()" in sql) is (warehouse.name in RANKED)
    assert "approx" not in sql


def test_values_are_bound_and_never_pasted(warehouse: Dialect) -> None:
    where = {"column": "g", "op": "contains", "value": "o'b; DROP TABLE x"}
    sql = sql_of(warehouse, definition_of({"agg": "count", "where": where}), Query())
    assert "DROP" not in sql


def test_figure_that_is_not_exact_there_is_refused(warehouse: Dialect) -> None:
    query = Query("month", (), date(2025, 1, 1), date(2025, 6, 1))
    definition = definition_of(MOVING_MEDIAN)
    if warehouse.name in ("trino", "databricks"):
        understood(warehouse, sql_of(warehouse, definition, query))
        return
    with pytest.raises(Invalid, match="extract it instead"):
        sql_of(warehouse, definition, query)


GOLDEN = {
    "clickhousedb": "toDateTime64(date_trunc('day', addSeconds(load.at, 3600)), 6, 'UTC')",
    "trino": "date_trunc('day', date_add('second', 3600, load.at))",
    "snowflake": "DATE_TRUNC('day', DATEADD(second, 3600, load.at))",
    "bigquery": "DATETIME_TRUNC(DATETIME_ADD(load.at, INTERVAL 3600 SECOND), DAY)",
    "databricks": "CAST(date_trunc('DAY', timestampadd(SECOND, 3600, load.at)) AS TIMESTAMP_NTZ)",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_local_day_of_a_winter_is_written_so(name: str) -> None:
    dialect = plain(name, '"')
    table = Table.named("load", {"at": "timestamp"})
    definition = parse_definition(
        {"measure": {"agg": "count"}, "time_column": "at", "time_zone": "Europe/Berlin"}
    )
    ends = {"at": (datetime(2025, 1, 1), datetime(2025, 1, 31))}
    written = explain(dialect, table, definition, Query("day"), ends).replace('"', "")
    assert f"SELECT {GOLDEN[name]} AS period" in written


def test_all_that_differ_only_by_words_are_spoken_by_one_voice() -> None:
    assert set(SPEECHES) == {"mysql", "spark", *WAREHOUSES}
