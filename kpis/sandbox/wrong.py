"""Inside the child: a query that answers the rows that are wrong."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from kpis.checking.finding import CELL, PASSED, SHOWN, Finding
from kpis.sandbox.limits import Limits
from kpis.sandbox.query import outputs, running
from kpis.sources.base import Value
from kpis.sources.parquet import plain


def wrong_rows(sql: str, inputs: Mapping[str, Path], limits: Limits) -> Finding:
    """Passed where the query gives no row; else how many there are, and a few of them."""
    began = time.monotonic()
    with running(sql, inputs, None, limits) as (connection, gated):
        columns = outputs(connection, gated)
        select = ", ".join(column.sql for column in columns)
        rows = connection.execute(f"SELECT {select} FROM ({gated.sql}) LIMIT {SHOWN}").fetchall()
        if not rows:
            return _took(PASSED, began)
        found = connection.execute(f"SELECT count(*) FROM ({gated.sql})").fetchone()
    finding = Finding(
        failed=True,
        rows=int(found[0]) if found is not None else None,
        columns=tuple(column.name for column in columns),
        examples=tuple(tuple(_short(plain(cell)) for cell in row) for row in rows),
    )
    return _took(finding, began)


def _took(found: Finding, began: float) -> Finding:
    took = round(time.monotonic() - began, 3)
    return Finding(found.failed, found.rows, found.why, found.columns, found.examples, took)


def _short(value: Value) -> Value:
    return value[:CELL] if isinstance(value, str) else value
