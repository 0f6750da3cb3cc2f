"""A statement is compiled once for all that differ in their values alone, and for no other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from kpis.engine.constructs import Contains, EqualsAny, Quantile, SecondsBetween, WholePart
from kpis.engine.duck import open_loads
from kpis.engine.hours import WorkingHours
from kpis.engine.keys import DayKey, PeriodKey
from kpis.engine.parsing import parse_definition, parse_where
from kpis.engine.periods import Calendar
from kpis.engine.query import Query, Table
from kpis.engine.run import run
from kpis.engine.working import WorkingSeconds
from tests.fixtures.parquet import write_parquet

A, B = sa.column("a", sa.DateTime()), sa.column("b", sa.DateTime())
BERLIN, NEW_YORK = Calendar.of("Europe/Berlin"), Calendar.of("America/New_York")
WINTER, SUMMER = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
OFFICE = WorkingHours("Office", "Europe/Berlin", (((540, 1020),),) * 7)
NIGHTS = WorkingHours("Nights", "Europe/Berlin", (((0, 300),),) * 7)

#: of each class one, and others that differ from it in one thing each
CONSTRUCTS: list[tuple[Any, list[Any]]] = [
    (
        SecondsBetween(A, B, dates=False),
        [
            SecondsBetween(B, B, dates=False),
            SecondsBetween(A, A, dates=False),
            SecondsBetween(A, B, dates=True),
        ],
    ),
    (Quantile(A, 0.5), [Quantile(B, 0.5), Quantile(A, 0.9)]),
    (WholePart(A), [WholePart(B)]),
    (EqualsAny(A, ["x"], sa.String()), [EqualsAny(B, ["x"], sa.String())]),
    (Contains(A, B), [Contains(B, B), Contains(A, A)]),
    (
        PeriodKey(A, "day", BERLIN, WINTER, WINTER),
        [
            PeriodKey(B, "day", BERLIN, WINTER, WINTER),
            PeriodKey(A, "week", BERLIN, WINTER, WINTER),
            PeriodKey(A, "day", NEW_YORK, WINTER, WINTER),
            PeriodKey(A, "day", BERLIN, SUMMER, SUMMER),
            PeriodKey(A, "day", BERLIN, WINTER, SUMMER),
        ],
    ),
    (
        DayKey(A, "day", BERLIN),
        [
            DayKey(B, "day", BERLIN),
            DayKey(A, "week", BERLIN),
            DayKey(A, "day", Calendar.of("Europe/Berlin", 6)),
        ],
    ),
    (
        WorkingSeconds(A, B, OFFICE, (WINTER, SUMMER), dates=False),
        [
            WorkingSeconds(B, B, OFFICE, (WINTER, SUMMER), dates=False),
            WorkingSeconds(A, A, OFFICE, (WINTER, SUMMER), dates=False),
            WorkingSeconds(A, B, NIGHTS, (WINTER, SUMMER), dates=False),
            WorkingSeconds(A, B, OFFICE, (WINTER, WINTER), dates=False),
            WorkingSeconds(A, B, OFFICE, (WINTER, SUMMER), dates=True),
        ],
    ),
]
NAMED = [type(one).__name__ for one, _others in CONSTRUCTS]


def key_of(construct: Any) -> Any:
    key = sa.select(construct)._generate_cache_key()
    assert key is not None
    return key.key


@pytest.mark.parametrize(("one", "others"), CONSTRUCTS, ids=NAMED)
def test_what_differs_has_another_statement(one: Any, others: list[Any]) -> None:
    keys = [key_of(construct) for construct in (one, *others)]

    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("one", "others"), CONSTRUCTS, ids=NAMED)
def test_whatever_a_construct_holds_tells_it_from_others(one: Any, others: list[Any]) -> None:
    told = {name for name, _how in type(one)._cache_key_traversal}

    assert {name for name in vars(one) if not hasattr(ColumnElement, name)} == told


# Over data ----------------------------------------------------------------------------------------

TYPES = {"at": "timestamp", "done": "timestamp", "g": "text", "n": "integer", "day": "date"}
ROWS = [
    {
        "at": datetime(2025, 1, 1, 7) + timedelta(hours=31 * i),
        "done": datetime(2025, 1, 1, 7) + timedelta(hours=31 * i, minutes=17 * i),
        "g": "abc"[i % 3],
        "n": i % 7,
        "day": date(2025, 1, 1) + timedelta(days=i),
    }
    for i in range(200)
]
WAIT = {"from": "at", "to": "done", "unit": "h"}


def asked(turn: int) -> list[tuple[Any, Query]]:
    """Questions of one shape, with values of their own in every ``turn``."""
    timed = {"time_column": "at", "time_zone": "Europe/Berlin", "dimensions": ["g"]}
    of = {"column": "n", "op": ">", "value": turn}
    measures: list[dict[str, Any]] = [
        {"agg": "count", "where": {"column": "g", "op": "in", "value": ["a", "abc"[turn]]}},
        {"agg": "quantile", "column": WAIT, "q": 0.25 + turn / 4},
        {"share": {"of": of}},
        {"agg": "count", "where": {"column": "g", "op": "contains", "value": "abc"[turn]}},
        {"agg": "count", "where": {"column": "at", "op": ">=", "value": f"2025-02-0{turn + 1}"}},
        {"agg": "avg", "column": "n", "where": {"column": WAIT, "op": "<", "value": 8 * turn + 9}},
    ]
    start = date(2025, 1 + turn, 1)
    where = parse_where({"column": "day", "op": ">", "value": f"2025-01-0{turn + 1}"})
    return [
        (parse_definition({"measure": measure, **timed}), query)
        for measure in measures
        for query in (Query(), Query("week", ("g",), start), Query("day", where=where))
    ]


def test_each_question_gets_the_figures_of_its_own_values(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    write_parquet(path, TYPES, ROWS)
    table = Table.named("rows", TYPES)

    def answers(turns: list[int]) -> dict[int, list[Any]]:
        engine = open_loads({"rows": path}, threads=1)
        with engine.connect() as connection:
            found = {turn: [run(connection, table, *q) for q in asked(turn)] for turn in turns}
        engine.dispose()
        return found

    together = answers([0, 1, 2])

    assert together == {turn: answers([turn])[turn] for turn in (0, 1, 2)}
    assert together[0] != together[1] != together[2]


def test_questions_that_differ_in_values_are_compiled_once(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    write_parquet(path, TYPES, ROWS)
    engine = open_loads({"rows": path}, threads=1)
    table = Table.named("rows", TYPES)
    compiled = []
    with engine.connect() as connection:
        for value in (1, 2, 3):
            where = {"column": "n", "op": "=", "value": value}
            told = {"measure": {"share": {"of": where}}, "time_column": "at", "grain": "day"}
            run(connection, table, parse_definition(told), Query(grain="day"))
            compiled.append(len(engine._compiled_cache or ()))
    engine.dispose()

    assert len(set(compiled)) == 1
