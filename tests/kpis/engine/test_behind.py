"""The rows behind a figure are those that it counts, no more and no fewer."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ace_portal.lib.errors import Invalid
from kpis.engine.behind import rows_behind
from kpis.engine.parsing import parse_definition, parse_where
from kpis.engine.query import Query
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
