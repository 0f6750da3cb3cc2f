"""The rows behind a figure are those that it counts, no more and no fewer."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import pytest

from ace_portal.lib.errors import Invalid
from kpis.engine.behind import rows_behind
from kpis.engine.duck import open_loads
from kpis.engine.parsing import parse_definition, parse_where
from kpis.engine.query import Query, Table
from kpis.engine.run import run

TYPES = {"id": "integer", "at": "timestamp", "gone": "timestamp", "g": "text", "met": "boolean",
         "x": "number"}  # fmt: skip
MARCH = Query(start=date(2025, 3, 1), end=date(2025, 4, 1))
ONLY_A = Query(
    start=date(2025, 3, 1), end=date(2025, 4, 1),
    where=parse_where({"column": "g", "op": "=", "value": "a"}),
)  # fmt: skip
BIG = {"column": "x", "op": ">", "value": 3}
MET = {"column": "met", "op": "=", "value": True}
MEASURES = {
    "count": {"agg": "count"},
    "some": {"agg": "count", "where": BIG},
    "share": {"share": {"of": MET}},
    "share among": {"share": {"of": MET, "among": BIG}},
    "stock": {"stock": {"opened": "at", "closed": "gone"}},
    "net": {"net": {"in": "at", "out": "gone"}},
    "ratio": {"ratio": [{"agg": "count", "where": MET}, {"agg": "count", "where": BIG}]},
}  # fmt: skip


def some_rows():
    """Two months; every third is still there, every fourth has no group."""
    return [
        {
            "id": n, "at": datetime(2025, 2 + n % 2, 1 + n % 28, 5),
            "gone": datetime(2025, 3 + n % 2, 1 + n % 27, 6) if n % 3 else None,
            "g": ("a", "b", "a", None)[n % 4], "met": (True, False, None)[n % 3],
            "x": float(n % 7),
        }
        for n in range(60)
    ]  # fmt: skip


def definition(name):
    time = {} if name in ("stock", "net") else {"time_column": "at"}
    return parse_definition({"measure": MEASURES[name], **time, "time_zone": "Europe/Berlin",
                             "dimensions": ["g"]})  # fmt: skip


@pytest.mark.parametrize("query", [MARCH, ONLY_A, Query()], ids=["march", "only a", "all"])
@pytest.mark.parametrize("name", MEASURES)
def test_rows_are_those_of_the_figure(store, name, query):
    with store.load(TYPES, some_rows()) as (connection, table):
        figure = run(connection, table, definition(name), query).total
        found = rows_behind(connection, table, definition(name), query, limit=100)

    ids = [row[0] for row in found.rows]
    assert (len(ids), found.more, found.columns) == (len(set(ids)), False, tuple(TYPES))
    match name:
        case "count" | "some" | "stock":
            assert len(ids) == figure.value
        case "share" | "share among":
            assert (sum(found.met), len(ids)) == (figure.numerator or 0, figure.denominator or 0)
        case "net":
            assert figure.value == sum(found.met) - _went(found, query)
        case "ratio":
            above = sum(row[4] is True for row in found.rows)
            below = sum((row[5] or 0) > 3 for row in found.rows)
            assert (above, below) == (figure.numerator or 0, figure.denominator or 0)


def _went(found, query):
    """Of the rows that are there those that went in the range, by hand."""
    first, last = (datetime(2025, 2, 28, 23), datetime(2025, 3, 31, 22))
    gone = [row[2] for row in found.rows if row[2] is not None]
    if query.start is None:
        return len(gone)
    return sum(first <= stamp.replace(tzinfo=None) < last for stamp in gone)


def test_newest_come_first_and_the_limit_is_said(store):
    with store.load(TYPES, some_rows()) as (connection, table):
        found = rows_behind(connection, table, definition("count"), MARCH, limit=7)

    stamps = [row[1] for row in found.rows]
    assert (stamps, len(stamps), found.more) == (sorted(stamps, reverse=True), 7, True)
    assert all(stamp.utcoffset().total_seconds() == 0 for stamp in stamps)


def test_exclusions_are_not_behind_it(store):
    said = {"measure": {"agg": "count"}, "time_column": "at", "exclusions": BIG}
    with store.load(TYPES, some_rows()) as (connection, table):
        found = rows_behind(connection, table, parse_definition(said), Query(), limit=100)

    assert {row[5] for row in found.rows} == {0.0, 1.0, 2.0, 3.0}


def test_formula_has_no_rows_of_its_own(store):
    said = {"measure": {"formula": "a / b", "kpis": {"a": "one", "b": "two"}}}
    with (
        store.load(TYPES, some_rows()) as (connection, table),
        pytest.raises(Invalid, match="computed from others"),
    ):
        rows_behind(connection, table, parse_definition(said), Query(), limit=5)


@pytest.mark.parametrize(("cap", "most", "cut"), [
    ("MOST_CELLS", 3 * len(TYPES), "cells"), ("MOST_CELLS", 1, "cells"),
    ("MOST_BYTES", 100, "bytes"), ("MOST_BYTES", 1, "bytes"), ("MOST_CELLS", 1_000_000, ""),
])  # fmt: skip
def test_wide_and_long_rows_are_cut_and_one_is_always_there(store, monkeypatch, cap, most, cut):
    monkeypatch.setattr(f"kpis.engine.behind.{cap}", most)
    with store.load(TYPES, some_rows()) as (connection, table):
        found = rows_behind(connection, table, definition("count"), Query(), limit=1_000)
        whole = run(connection, table, definition("count"), Query()).total.rows

    assert found.cut == cut
    assert len(found.rows) == (whole if not cut else max(1, len(found.rows)))
    if cap == "MOST_CELLS" and cut:
        assert len(found.rows) == max(1, most // len(TYPES))
    assert found.more is bool(cut)


def test_rows_that_fit_just_so_are_all(store):
    with store.load(TYPES, some_rows()) as (connection, table):
        count = len(rows_behind(connection, table, definition("count"), Query(), limit=1_000).rows)
        just = rows_behind(connection, table, definition("count"), Query(), limit=count)
        fewer = rows_behind(connection, table, definition("count"), Query(), limit=count - 1)

    assert (just.cut, fewer.cut) == ("", "rows")


def test_rows_too_long_to_be_sorted_together_are_fewer(tmp_path):
    """Ten thousand rows of forty kilobytes each, which half a gigabyte of memory does not hold."""
    text = ", ".join(f"repeat(md5((i + {n})::varchar), 600) AS t{n}" for n in range(2))
    types = {"at": "timestamp", **{f"t{n}": "text" for n in range(2)}}
    path, at = tmp_path / "long.parquet", "TIMESTAMP '2025-01-01' + i * INTERVAL '1 minute' AS at"
    rows = f"SELECT {at}, {text} FROM range(10000) s(i)"
    duckdb.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    count = parse_definition({"measure": {"agg": "count"}, "time_column": "at"})
    engine = open_loads({"load": path}, threads=1, memory_mb=512)
    with engine.connect() as connection:
        found = rows_behind(connection, Table.named("load", types), count, Query(), limit=10_000)
    engine.dispose()

    assert found.cut == "bytes"
    assert found.rows[0][0] == datetime(2025, 1, 7, 22, 39, tzinfo=UTC)  # the newest
    assert sum(len(cell) for row in found.rows for cell in row[1:]) <= 20_000_000
    assert len(found.rows) > 1


def test_number_that_is_none_is_told_as_a_text(duck):
    """JSON has no word for it, so nobody could be told of the other rows either."""
    rows = [{"id": n, "x": x} for n, x in enumerate((float("inf"), float("nan"), 1.5))]
    with duck.load({"id": "integer", "x": "number"}, rows) as (connection, table):
        asked = parse_definition({"measure": {"agg": "count"}})
        behind = rows_behind(connection, table, asked, Query(), limit=9)

    assert behind.rows == ((0, "inf"), (1, "nan"), (2, 1.5))
