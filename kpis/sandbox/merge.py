"""Inside the child: the rows of a new file and those that are live become one file.

Rows are told apart by ``_row``, which stays unique and in order of arrival: what was there keeps
its number, what arrives is numbered on from the greatest one. Keys are looked at one part at a
time, so that memory stays within its bounds however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import joined, ngettext
from ace_portal.lib.words import sentence as _
from kpis.engine.stopping import stopped_after
from kpis.sandbox.fitting import check_fit, quoted
from kpis.sandbox.limits import Limits
from kpis.sources.base import BAD_ROWS_SHOWN, ROW, Column
from kpis.sources.guard import explain, literal, name, open_guarded
from kpis.sources.parquet import TYPE_OF, WRITTEN, describe

CELLS_AT_ONCE = 8_000_000
SHOWN_KEYS = 3  # groups of rows with the same key


@dataclass(frozen=True, slots=True)
class Plan:
    """How the new rows meet the old ones: no ``keys`` means that all of them are added."""

    keys: tuple[str, ...] = ()
    last_wins: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of the new rows, and what the whole holds now."""

    rows: int
    columns: tuple[Column, ...]
    added: int
    replaced: int = 0
    unchanged: int = 0
    doubles: int = 0  # rows of the new file that a later one with the same key took the place of

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Merged:
        return cls(**{**data, "columns": tuple(Column(**column) for column in data["columns"])})


@dataclass(slots=True)
class Work:
    """A merge while it is made: views ``old`` and ``new``, and how many parts the keys have."""

    connection: duckdb.DuckDBPyConnection
    plan: Plan
    columns: tuple[str, ...]  # of the whole, without ``_row``
    shared: frozenset[str]  # those that both have
    parts: int

    @property
    def keys(self) -> str:
        return ", ".join(map(name, self.plan.keys))

    def one(self, sql: str) -> int:
        return _one(self.connection, sql)

    def part(self, number: int, table: str = "") -> str:
        """The condition that a row's key belongs to this part."""
        keys = ", ".join(f"{table}{name(key)}" for key in self.plan.keys)
        return f"hash({keys}) % {self.parts} = {number}"


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = connection.execute(sql).fetchone()
    return int(found[0] or 0) if found is not None else 0


def merge(old: Path | None, new: Path, out: Path, plan: Plan, limits: Limits) -> Merged:
    """Write both to ``out``; what was there before is not touched. Raises ``Invalid``."""
    with _both(old, new, out, limits) as connection:
        columns, shared = _shape(connection, plan)
        rows = {t: _one(connection, f"SELECT count(*) FROM {t}") for t in ("old", "new")}
        cells = max(rows.values()) * max(len(columns), 1)
        work = Work(connection, plan, columns, shared, 1 + cells // CELLS_AT_ONCE)
        connection.execute("CREATE TABLE pair (o BIGINT, n BIGINT, same BOOLEAN)")
        connection.execute("CREATE TABLE double (n BIGINT)")
        if plan.keys:
            _match(work)
        _write(work, out)
        total, described = describe(connection, out)
        doubles = work.one("SELECT count(*) FROM double")
        same = work.one("SELECT count(*) FROM pair WHERE same")
        replaced = work.one("SELECT count(*) FROM pair WHERE NOT same")
        added = rows["new"] - doubles - same - replaced
        return Merged(total, described, added, replaced, same, doubles)


@contextmanager
def _both(
    old: Path | None, new: Path, out: Path, limits: Limits
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A guarded database over both files, stopped at the time limit."""
    paths = [path for path in (old, new, out) if path is not None]
    connection = open_guarded(paths, memory_mb=limits.memory_mb, threads=limits.threads)
    try:
        with stopped_after(connection, limits.seconds):
            for view, path in (("new", new), ("old", old)):
                source = "new WHERE false"  # the first load of all
                if path is not None:
                    source = f"read_parquet({literal(str(path.absolute()))})"
                connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {source}")
            yield connection
    except duckdb.InterruptException as error:
        raise Invalid(
            _("Putting the rows together took too long and was stopped."), field="file"
        ) from error
    except (duckdb.Error, OSError, MemoryError) as error:
        raise explain(error, doing=_("putting the rows together")) from error
    finally:
        connection.close()


def _shape(
    connection: duckdb.DuckDBPyConnection, plan: Plan
) -> tuple[tuple[str, ...], frozenset[str]]:
    """The columns of the whole: those that are there, then new ones."""
    old, new = (
        {row[0]: TYPE_OF[row[1]] for row in connection.execute(f"DESCRIBE {view}").fetchall()}
        for view in ("old", "new")
    )
    check_fit(old, new, plan.keys)
    columns = dict.fromkeys([*old, *new])
    return tuple(column for column in columns if column != ROW), frozenset(old)


def _match(work: Work) -> None:
    """Pair the new rows with the old ones of the same key, part by part."""
    _need_keys(work)
    same = " AND ".join(_same(work, column) for column in work.columns)
    on = " AND ".join(f"o.{name(key)} = n.{name(key)}" for key in work.plan.keys)
    for number in range(work.parts):
        _settle_doubles(work, number)
        _need_single_keys(work, number)
        work.connection.execute(
            f"INSERT INTO pair SELECT o.{ROW}, n.{ROW}, {same} "
            f"FROM (SELECT * FROM old WHERE {work.part(number)}) AS o "
            f"JOIN (SELECT * FROM new WHERE {work.part(number)} "
            f"AND {ROW} NOT IN (SELECT n FROM double)) AS n ON {on}"
        )


def _same(work: Work, column: str) -> str:
    if column not in work.shared:
        return f"n.{name(column)} IS NULL"
    return f"o.{name(column)} IS NOT DISTINCT FROM n.{name(column)}"


def _need_keys(work: Work) -> None:
    """Every new row has a key."""
    empty = " OR ".join(f"{name(key)} IS NULL" for key in work.plan.keys)
    rows = work.connection.execute(
        f"SELECT {ROW} FROM new WHERE {empty} ORDER BY {ROW} LIMIT {BAD_ROWS_SHOWN}"
    ).fetchall()
    if rows:
        total = work.one(f"SELECT count(*) FROM new WHERE {empty}")
        raise Invalid(
            ngettext(
                "Row %(rows)s of the file has no key (%(keys)s).",
                "Rows %(rows)s of the file have no key (%(keys)s).",
                total,
                rows=_numbers([row[0] for row in rows], total),
                keys=quoted(work.plan.keys),
            ),
            field="keys",
            rows=[row[0] for row in rows],
        )


def _settle_doubles(work: Work, number: int) -> None:
    """Keys that occur twice in the file: the last row counts, or the file is refused."""
    part = work.part(number)
    if work.plan.last_wins:
        work.connection.execute(
            f"INSERT INTO double SELECT {ROW} FROM (SELECT {ROW}, max({ROW}) OVER "
            f"(PARTITION BY {work.keys}) AS last FROM new WHERE {part}) WHERE {ROW} < last"
        )
        return
    groups = (
        f"SELECT list({ROW} ORDER BY {ROW}) AS found FROM new WHERE {part} GROUP BY {work.keys} "
    )
    found = work.connection.execute(
        f"{groups} HAVING count(*) > 1 ORDER BY found[1] LIMIT {SHOWN_KEYS}"
    ).fetchall()
    if found:
        rows = [row for (at,) in found for row in at[:BAD_ROWS_SHOWN]]
        raise Invalid(
            _(
                "Rows %(rows)s of the file have the same key (%(keys)s). Keep one row for each "
                "key, or let the last one win.",
                rows=joined(_("; rows "), [_numbers(at, len(at)) for (at,) in found]),
                keys=quoted(work.plan.keys),
            ),
            field="keys",
            rows=rows[:BAD_ROWS_SHOWN],
        )


def _need_single_keys(work: Work, number: int) -> None:
    """The live rows have each key once: else nobody could say which one is to be replaced."""
    filled = " AND ".join(f"{name(key)} IS NOT NULL" for key in work.plan.keys)
    twice = work.one(
        f"SELECT count(*) FROM (SELECT 1 FROM old WHERE {filled} AND {work.part(number)} "
        f"GROUP BY {work.keys} HAVING count(*) > 1)"
    )
    if twice:
        raise Invalid(
            _(
                "%(keys)s does not tell the live rows apart: some have the same. Choose other "
                "key columns, or replace all rows.",
                keys=quoted(work.plan.keys),
            ),
            field="keys",
        )


def _numbers(rows: Sequence[int], total: int) -> str:
    """A few numbers of rows in a line."""
    shown = ", ".join(f"{row:,}" for row in rows[:5])
    return f"{shown}, …" if total > 5 else shown


def _write(work: Work, out: Path) -> None:
    old = ", ".join(
        name(column) if column in work.shared else f"NULL AS {name(column)}"
        for column in work.columns
    )
    new = ", ".join(name(column) for column in work.columns)
    last = work.one(f"SELECT max({ROW}) FROM old")
    work.connection.execute(
        f"COPY (SELECT {old}, {ROW} FROM old ANTI JOIN (SELECT o FROM pair WHERE NOT same) "
        f"ON o = old.{ROW} UNION ALL "
        f"SELECT {new}, {ROW} + {last} FROM new "
        f"ANTI JOIN (SELECT n FROM pair WHERE same UNION ALL SELECT n FROM double) AS left_out "
        f"ON left_out.n = new.{ROW}) "
        f"TO {literal(str(out.absolute()))} {WRITTEN}"
    )
