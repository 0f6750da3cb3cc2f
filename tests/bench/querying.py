"""The queries of a page through the engine, against the same SQL on the same connection."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa

from kpis.engine.duck import open_loads, types_of
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, Table
from kpis.engine.run import run_many
from tests.bench import million
from tests.bench.rows import Row, against, interleaved

AS_OF = datetime(2026, 9, 30, 6, tzinfo=UTC)


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="ace-bench-") as folder:
        path = Path(folder) / "tickets.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({million.TICKETS}) TO '{path}' (FORMAT parquet)")
        engine = open_loads({"rows": path})
        with engine.connect() as connection:
            table = Table.named("rows", types_of(connection, "rows"), as_of=AS_OF)
            name = f"eight queries over {million.ROWS:,} rows"
            yield from measure(connection, table, name, times=1.5, turns=15)
        engine.dispose()


def measure(
    connection: sa.Connection, table: Table, name: str, *, times: float, turns: int
) -> Iterator[Row]:
    """A page's queries in turns with what they send, sent again without us."""
    definitions = {name: parse_definition(told) for name, (told, _how) in million.KPIS.items()}
    asked = [
        (definitions[name], Query(grain=grain, by=(by,) if by else ()))
        for name, _kind, grain, by in million.TILES
    ]
    ran: list[tuple[str, Any]] = []
    sa.event.listen(
        connection, "before_cursor_execute",
        lambda _c, _cursor, sql, given, *_rest: ran.append((sql, given)),
    )  # fmt: skip
    for question in asked:
        run_many(connection, table, [question])
    # The first of each two is the engine's own question for the span of the data.
    bare = ran[1::2]
    driver: Any = connection.connection.driver_connection

    def floor() -> None:
        cursor = driver.cursor()
        for sql, given in bare:
            cursor.execute(sql, given)
            cursor.fetchall()

    value, least = interleaved(turns, lambda: run_many(connection, table, asked), floor)
    yield against(name, value, "ms", least, times=times)
