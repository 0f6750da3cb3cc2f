"""The words of warehouses that no test reaches: their SQL is compiled and parsed, not run."""

from __future__ import annotations

from kpis.engine.speech import FIRST_STAMP, Speech, speaks


def _trino_ticks(stamp: str) -> str:
    # date_diff knows no microseconds: whole seconds and their fraction apart.
    whole = f"date_diff('second', TIMESTAMP '{FIRST_STAMP}', date_trunc('second', {stamp}))"
    return f"({whole} * 1000000 + CAST(date_format({stamp}, '%f') AS BIGINT))"


def _either(stamp: str, day: str, text: str) -> str:
    return (day if len(text) == len("1970-01-01") else stamp).format(text)


def _snowflake_cut(grain: str, stamp: str) -> str:
    if grain == "week":  # whatever the account calls the first day of one
        return f"DATEADD(day, 1 - DAYOFWEEKISO({stamp}), DATE_TRUNC('day', {stamp}))"
    return f"DATE_TRUNC('{grain}', {stamp})"


TRINO_STAMP = "TIMESTAMP '{}'"
BIGQUERY_STAMP = "DATETIME '{}'"
SNOWFLAKE_STAMP = "CAST('{}' AS TIMESTAMP_NTZ)"
CLICKHOUSE_STAMP, CLICKHOUSE_DAY = "toDateTime64('{}', 6, 'UTC')", "toDate32('{}')"
DAY = "DATE '{}'"

speaks(
    "trino",
    Speech(
        micros=lambda start, end: f"({_trino_ticks(end)} - {_trino_ticks(start)})",
        days=lambda start, end: f"date_diff('day', {start}, {end})",
        seconds=lambda text: f"(CAST({text} AS DOUBLE) / 1e6)",
        divide=lambda text, by: f"({text} / {by})",
        rest=lambda text, by: f"({text} % {by})",
        add=lambda unit, by, stamp: f"date_add('{unit.lower()}', {by}, {stamp})",
        cut=lambda grain, stamp: f"date_trunc('{grain}', {stamp})",
        as_stamp=lambda day: f"CAST({day} AS TIMESTAMP(6))",
        stamp=TRINO_STAMP.format,
        contains=lambda column, part: f"strpos({column}, {part})",
        mark=lambda text: _either(TRINO_STAMP, DAY, text),
    ),
)
speaks(
    "bigquery",
    Speech(
        micros=lambda start, end: f"DATETIME_DIFF({end}, {start}, MICROSECOND)",
        days=lambda start, end: f"DATE_DIFF({end}, {start}, DAY)",
        seconds=lambda text: f"(CAST({text} AS FLOAT64) / 1e6)",
        divide=lambda text, by: f"DIV({text}, {by})",
        rest=lambda text, by: f"MOD({text}, {by})",
        add=lambda unit, by, stamp: f"DATETIME_ADD({stamp}, INTERVAL {_bare(by)} {unit})",
        cut=lambda grain, stamp: (
            f"DATETIME_TRUNC({stamp}, {'ISOWEEK' if grain == 'week' else grain.upper()})"
        ),
        as_stamp=lambda day: f"CAST({day} AS DATETIME)",
        stamp=BIGQUERY_STAMP.format,
        contains=lambda column, part: f"STRPOS({column}, {part})",
        mark=lambda text: _either(BIGQUERY_STAMP, DAY, text),
    ),
)
speaks(
    "snowflake",
    Speech(
        micros=lambda start, end: f"DATEDIFF(microsecond, {start}, {end})",
        days=lambda start, end: f"DATEDIFF(day, {start}, {end})",
        seconds=lambda text: f"(CAST({text} AS DOUBLE) / CAST(1000000 AS DOUBLE))",
        # A plain division has six more digits and rounds the last; without the rest it is exact.
        divide=lambda text, by: f"(({text} - MOD({text}, {by})) / {by})",
        rest=lambda text, by: f"MOD({text}, {by})",
        add=lambda unit, by, stamp: f"DATEADD({unit.lower()}, {by}, {stamp})",
        cut=_snowflake_cut,
        as_stamp=lambda day: f"CAST({day} AS TIMESTAMP_NTZ)",
        stamp=SNOWFLAKE_STAMP.format,
        contains=lambda column, part: f"POSITION({part}, {column})",
        mark=lambda text: _either(SNOWFLAKE_STAMP, DAY, text),
        quantile=lambda column, q: (
            f"PERCENTILE_CONT({q!r}) WITHIN GROUP (ORDER BY CAST({column} AS DOUBLE))"
        ),
    ),
)
speaks(
    "clickhousedb",
    Speech(
        micros=lambda start, end: f"dateDiff('microsecond', {start}, {end})",
        days=lambda start, end: f"dateDiff('day', {start}, {end})",
        seconds=lambda text: f"(({text}) / 1e6)",
        divide=lambda text, by: f"intDiv({text}, {by})",
        rest=lambda text, by: f"({text} % {by})",
        add=lambda unit, by, stamp: f"add{unit.title()}s({stamp}, {by})",
        cut=lambda grain, stamp: f"toDateTime64(date_trunc('{grain}', {stamp}), 6, 'UTC')",
        as_stamp=lambda day: f"toDateTime64({day}, 6, 'UTC')",
        stamp=CLICKHOUSE_STAMP.format,
        contains=lambda column, part: f"position({column}, {part})",
        day=CLICKHOUSE_DAY.format,
        mark=lambda text: _either(CLICKHOUSE_STAMP, CLICKHOUSE_DAY, text),
        quantile=lambda column, q: (
            f"quantileExactInclusive({q!r})(CAST({column} AS Nullable(Float64)))"
        ),
    ),
)


def _bare(by: str) -> str:
    """An INTERVAL takes a number or an expression in brackets."""
    return by if by.lstrip("-").isdecimal() else f"({by})"
