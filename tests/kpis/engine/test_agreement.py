"""The same KPI gives the same figure on every engine, to the ninth digit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, Table
from kpis.engine.result import Result
from kpis.engine.run import run
from tests.kpis.engine.conftest import Store

TYPES = {
    "g": "text", "ok": "boolean", "n": "integer", "x": "number", "day": "date",
    "opened": "timestamp", "closed": "timestamp",
}  # fmt: skip
MEASURES: dict[str, dict[str, Any]] = {
    "count": {"agg": "count", "where": {"column": "g", "op": "contains", "value": "ü"}},
    "sum": {"agg": "sum", "column": "x"},
    "average": {"agg": "avg", "column": "x", "where": {"column": "n", "op": "!=", "value": 3}},
    "least": {"agg": "min", "column": "x"},
    "distinct": {"agg": "count_distinct", "column": "g"},
    "median": {"agg": "quantile", "q": 0.5, "column": "x"},
    "p90 of a duration": {"agg": "quantile", "q": 0.9,
                          "column": {"from": "opened", "to": "closed", "unit": "h"}},
    "share": {"share": {"of": {"column": "ok", "op": "=", "value": True},
                        "among": {"column": "g", "op": "in", "value": ["A", "a", None]}}},
    "ratio": {"ratio": [{"agg": "sum", "column": "x"}, {"agg": "sum", "column": "n"}]},
    "stock": {"stock": {"opened": "opened", "closed": "closed"}},
    "net": {"net": {"in": "opened", "out": "closed"}},
}  # fmt: skip
QUERIES = {
    "total": Query(),
    "hours of a day that has 23": Query("hour", (), date(2025, 3, 30), date(2025, 3, 31)),
    "weeks, split": Query("week", ("g",), date(2025, 3, 3), date(2025, 4, 28)),
    "months": Query("month"),
    "quarters, split by a date's kin": Query("quarter", ("ok",)),
}


def rows() -> list[dict[str, Any]]:
    """Six hundred rows about the change of the clocks, a fifth of their values empty."""
    chance = random.Random(20250330)
    first = datetime(2025, 2, 20)

    def maybe(value: Any) -> Any:
        return None if chance.random() < 0.2 else value

    made = []
    for _row in range(600):
        opened = first + timedelta(seconds=chance.randrange(90 * 86_400), microseconds=250_000)
        made.append({
            "g": maybe(chance.choice(["A", "a", "a ", "Zürich", "o'b", "x%y\\"])),
            "ok": maybe(chance.random() < 0.6),
            "n": maybe(chance.randrange(1, 9)),
            "x": maybe(round(chance.gauss(100, 40), 6)),
            "day": maybe(opened.date()),
            "opened": opened,
            "closed": maybe(opened + timedelta(seconds=chance.randrange(20 * 86_400))),
        })  # fmt: skip
    return made


@pytest.fixture(scope="module")
def loaded(store: Store) -> Iterator[tuple[sa.Connection, Table]]:
    with store.load(TYPES, rows()) as made:
        yield made


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sa.Connection, Table]]:
    with Store("duckdb", tmp_path_factory.mktemp("duck")).load(TYPES, rows()) as made:
        yield made


def told(result: Result) -> list[tuple[Any, ...]]:
    return [
        (p.period.start if p.period else None, p.segment, p.figure.state, p.figure.rows)
        for p in result
    ]


@pytest.mark.parametrize("measure", MEASURES)
def test_engines_agree(
    measure: str, loaded: tuple[sa.Connection, Table], reference: tuple[sa.Connection, Table]
) -> None:
    definition = parse_definition({
        "measure": MEASURES[measure], "time_column": "opened", "time_zone": "Europe/Berlin",
        "dimensions": ["g", "ok"],
    })  # fmt: skip
    for name, query in QUERIES.items():
        here, there = run(*loaded, definition, query), run(*reference, definition, query)
        assert told(here) == told(there), name
        values = [[p.figure.value or 0 for p in result] for result in (here, there)]
        assert values[0] == pytest.approx(values[1], rel=1e-9), name
        assert any(values[1]), name
