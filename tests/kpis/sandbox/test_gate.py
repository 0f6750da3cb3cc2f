"""What may be typed, what may not, and where the refusal points."""

from __future__ import annotations

import duckdb
import pytest

from ace_portal.lib.errors import Invalid
from kpis.sandbox.functions import FUNCTIONS
from kpis.sandbox.gate import gate

TABLES = ["events", "event-log"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM events",
        'SELECT e.* EXCLUDE (a) FROM "event-log" AS e',
        "FROM events SELECT a, count(*) GROUP BY ALL ORDER BY ALL",
        "WITH one AS (SELECT 1 AS a), two AS (SELECT a FROM one) SELECT * FROM two",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        "SELECT a FROM events UNION ALL SELECT a FROM EVENTS EXCEPT SELECT b FROM events",
        "SELECT * FROM events QUALIFY row_number() OVER (PARTITION BY a ORDER BY b DESC) = 1",
        "SELECT sum(a) FILTER (WHERE b > 1), string_agg(c, ',' ORDER BY c) FROM events",
        "SELECT CASE WHEN a THEN 1 END, a::DOUBLE, try_cast(b AS DATE), a // 2 FROM events",
        "SELECT * FROM events AS a LEFT JOIN events AS b USING (k) WHERE EXISTS (FROM events)",
        "SELECT date_diff('hour', a, b), extract(year FROM a), a + INTERVAL 1 DAY FROM events",
        "SELECT lag(a) OVER w FROM events WINDOW w AS (PARTITION BY b ORDER BY c)",
        "SELECT * FROM (VALUES (1, 2), (3, 4)) AS v(a, b)",
    ],
)
def test_query_that_reads_passes(sql: str) -> None:
    once = gate(sql, TABLES).sql
    assert gate(once, TABLES).sql == once


def test_comments_do_not_run_and_used_tables_are_named() -> None:
    gated = gate("SELECT a /* one */ FROM events -- two\n;", TABLES)
    assert (gated.sql, gated.tables) == ("SELECT a FROM events", ("events",))


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("", "Write a query first."),
        ("-- nothing", "Write a query first."),
        (
            "SELECT 1; SELECT 2",
            "Write one query; these are 2 statements. Remove all but one.",
        ),
        (
            "DELETE FROM events",
            "Only a query that reads is allowed: begin with SELECT or WITH, not DELETE.",
        ),
        (
            "SELECT a,\n  foo(b)\nFROM events",
            "Line 2, column 3: the function “foo” cannot be used: it is unknown or not available "
            "here.",
        ),
        (
            "SELECT a\nFROM orders",
            "Line 2, column 6: there is no table “orders”. Tables here: event-log, events.",
        ),
        (
            "SELECT * FROM main.events",
            "Line 1, column 20: write the table's name alone, without the part before “events”.",
        ),
        (
            "SELECT (1",
            "Line 1, column 9: the query cannot be read near “1” (Expecting )).",
        ),
        (
            "SELECT random()",
            "Line 1, column 8: the function “random” cannot be used: the same data must give the "
            "same figures every time.",
        ),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "The query is nested too deeply."),
        ("SELECT 1" + "::INT" * 9_000, "The query is nested too deeply."),
        (
            "SELECT '" + "x" * 60_000 + "'",
            "The query has 60,009 characters; at most 50,000 are allowed.",
        ),
    ],
)
def test_refusal_says_what_and_where(sql: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        gate(sql, TABLES)
    assert (refused.value.field, refused.value.message) == ("sql", message)


PROBES = [
    "COPY events TO '/tmp/x.csv'",
    "WITH a AS (COPY (SELECT 1) TO '/tmp/x.csv') SELECT 1",
    "EXPORT DATABASE '/tmp/x'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "/etc/passwd"',
    "SELECT * FROM 'other.parquet'",
    "SELECT * FROM parquet_scan('other.parquet')",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT 1 FROM events WHERE a IN (SELECT file FROM glob('/etc/*'))",
    "ATTACH '/tmp/x.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET memory_limit = '64GB'",
    "RESET ALL",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "CREATE TABLE t AS SELECT 1",
    "CREATE MACRO f(x) AS x",
    "INSERT INTO events VALUES (1)",
    "UPDATE events SET a = 1",
    "WITH a AS (DELETE FROM events RETURNING *) SELECT * FROM a",
    "DROP VIEW events",
    "EXPLAIN ANALYZE SELECT 1",
    "DESCRIBE events",
    "SELECT getenv('HOME')",
    "SELECT current_setting('allowed_paths')",
    "SELECT getvariable('x')",
    "SELECT nextval('s')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_settings",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_tables",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM (WITH duckdb_tables AS (SELECT 1) SELECT 1), duckdb_tables",
    "WITH a AS (SELECT * FROM duckdb_views), duckdb_views AS (SELECT 1) SELECT * FROM a",
    'WITH "duckdb_tableſ" AS (SELECT 1 AS a) SELECT * FROM duckdb_tables',
    "SELECT * FROM range(1000000000000)",
    "SELECT unnest(generate_series(1, 1000000000))",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('events')",
    "SELECT now(), current_date",
    "SELECT list_transform([1], x -> x)",
    "SELECT \"read_csv\"('/etc/passwd')",
    "SELECT system.main.getenv('HOME')",
    "SELECT a.getenv() FROM events AS a",
    "SELECT $1",
    "SELECT * FROM events TABLESAMPLE 10%",
    "/*! COPY events TO 'x' */ SET threads = 1",
]


@pytest.mark.parametrize("sql", PROBES)
def test_probe_is_refused(sql: str) -> None:
    with pytest.raises(Invalid) as refused:
        gate(sql, TABLES)
    assert refused.value.field == "sql"


def test_functions_on_the_list_exist() -> None:
    with duckdb.connect() as connection:
        known = {
            row[0]
            for row in connection.execute("SELECT function_name FROM duckdb_functions()").fetchall()
        }
    written_otherwise = {
        "case", "cast", "coalesce", "cume_dist", "dense_rank", "extract", "first_value", "grouping",
        "if", "iff", "lag", "last_value", "lead", "nth_value", "ntile", "percent_rank",
        "percentile_cont", "percentile_disc", "rank", "row_number", "try_cast", "ifnull", "nullif",
    }  # fmt: skip
    assert FUNCTIONS - known - written_otherwise == set()
