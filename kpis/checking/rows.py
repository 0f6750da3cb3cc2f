"""Inside the child: which rows of a load break its rules.

The SQL is ours, values are bound, and what needs a table of keys looks at one part of them at a
time, so that memory stays within its bounds however long the load is.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from ace_portal.lib.errors import Invalid, PortalError
from ace_portal.lib.words import sentence as _
from kpis.checking.finding import CELL, PASSED, SHOWN, Finding, not_made
from kpis.checking.rules import NOT_NULL, RANGE, UNIQUE, Rule, as_bound, check_types
from kpis.engine.stopping import stopped_after
from kpis.sources.base import ROW, Value
from kpis.sources.guard import explain, literal, name, open_guarded
from kpis.sources.parquet import plain

KEYS_AT_ONCE = 2_000_000


def examine(
    path: Path,
    rules: Sequence[Rule],
    types: Mapping[str, str],
    *,
    seconds: float,
    memory_mb: int,
    threads: int = 2,
) -> list[Finding]:
    """One finding for each rule, in their order; one that fails does not take the others along."""
    connection = open_guarded([path], memory_mb=memory_mb, threads=threads)
    deadline = time.monotonic() + seconds
    with closing(connection), stopped_after(connection, seconds):
        connection.execute(
            f"CREATE VIEW load AS SELECT * FROM read_parquet({literal(str(path.absolute()))})"
        )
        return [_timed(connection, rule, types, deadline) for rule in rules]


def _timed(
    connection: duckdb.DuckDBPyConnection,
    rule: Rule,
    types: Mapping[str, str],
    deadline: float,
) -> Finding:
    began = time.monotonic()
    try:
        if began > deadline:
            raise Invalid(_("The checks before it took all the time that there is."))
        check_types(rule, types)
        found = _found(connection, rule, types)
    except PortalError as error:
        found = not_made(error)
    except duckdb.InterruptException:
        found = not_made(Invalid(_("It took too long and was stopped.")))
    except (duckdb.Error, MemoryError) as error:
        found = not_made(explain(error, doing=_("checking the rows")))
    took = round(time.monotonic() - began, 3)
    return Finding(found.failed, found.rows, found.why, found.columns, found.examples, took)


def _found(connection: duckdb.DuckDBPyConnection, rule: Rule, types: Mapping[str, str]) -> Finding:
    if rule.kind == UNIQUE:
        return _doubles(connection, rule, types)
    where, values = _wrong(rule, types)
    count = _one(connection, f"SELECT count(*) FROM load WHERE {where}", values)
    if not count:
        return PASSED
    shown = (*([ROW] if ROW in types else []), *rule.columns)
    order = f"ORDER BY {ROW}" if ROW in types else ""
    rows = connection.execute(
        f"SELECT {', '.join(map(name, shown))} FROM load WHERE {where} {order} LIMIT {SHOWN}",
        values,
    ).fetchall()
    return Finding(failed=True, rows=count, columns=shown, examples=_short(rows))


def _wrong(rule: Rule, types: Mapping[str, str]) -> tuple[str, list[Any]]:
    """The condition that a row breaks the rule, with its values. An empty cell breaks no range."""
    if rule.kind == NOT_NULL:
        return " OR ".join(f"{name(column)} IS NULL" for column in rule.columns), []
    (column,) = rule.columns
    if rule.kind == RANGE:
        bounds = {"<": as_bound(rule.least, types[column]), ">": as_bound(rule.most, types[column])}
        known = {sign: bound for sign, bound in bounds.items() if bound is not None}
        tests = [f"{name(column)} {sign} ?" for sign in known]
        if types[column] == "number":
            tests.append(f"isnan({name(column)})")
        return " OR ".join(tests), list(known.values())
    marks = ", ".join("?" for _value in rule.values)
    text = f"CAST({name(column)} AS VARCHAR)"
    return f"{text} IS NOT NULL AND {text} NOT IN ({marks})", list(rule.values)


def _doubles(
    connection: duckdb.DuckDBPyConnection, rule: Rule, types: Mapping[str, str]
) -> Finding:
    """Rows that share their key with another one; an empty cell is no key."""
    keys = ", ".join(map(name, rule.columns))
    called = ", ".join(f"{name(column)} AS k{i}" for i, column in enumerate(rule.columns))
    first = f"min({ROW})" if ROW in types else "0"
    filled = " AND ".join(f"{name(column)} IS NOT NULL" for column in rule.columns)
    parts = 1 + _one(connection, "SELECT count(*) FROM load", []) // KEYS_AT_ONCE
    total = 0
    shown: list[tuple[Any, ...]] = []
    for part in range(parts):
        groups = (
            f"SELECT {called}, count(*) AS n, {first} AS first FROM load "
            f"WHERE {filled} AND hash({keys}) % {parts} = {part} "
            f"GROUP BY {keys} HAVING count(*) > 1"
        )
        total += _one(connection, f"SELECT coalesce(sum(n), 0) FROM ({groups})", [])
        if len(shown) < SHOWN:
            found = f"SELECT * FROM ({groups}) ORDER BY first LIMIT {SHOWN - len(shown)}"
            shown += [row[:-1] for row in connection.execute(found).fetchall()]
    if not total:
        return PASSED
    return Finding(failed=True, rows=total, columns=(*rule.columns, "rows"), examples=_short(shown))


def _one(connection: duckdb.DuckDBPyConnection, sql: str, values: list[Any]) -> int:
    found = connection.execute(sql, values).fetchone()
    return int(found[0]) if found is not None else 0


def _short(rows: Sequence[tuple[Any, ...]]) -> tuple[tuple[Value, ...], ...]:
    return tuple(tuple(_cell(plain(cell)) for cell in row) for row in rows)


def _cell(value: Value) -> Value:
    return value[:CELL] if isinstance(value, str) else value
