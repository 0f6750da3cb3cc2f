"""From a KPI's definition and a query to figures, on one connection.

Time zones: every period is aware, in the definition's zone. Values are in full precision, shares
are fractions of one. ``Invalid`` says what a definition or a query asks that cannot be answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from kpis.engine.checks import check_columns
from kpis.engine.compile import NO_DATA, Inputs, Plan, plan_of, statement
from kpis.engine.constructs import Element, check_dialect
from kpis.engine.definition import Definition, Net, Stock
from kpis.engine.frame import MAX_POINTS, Frame, Key, Span, as_key, check_size, frame_of, spans
from kpis.engine.movement import Movement
from kpis.engine.query import Query, Table, calendar_of, check_query
from kpis.engine.result import Figure, Point, Result
from kpis.engine.where import Scope

Segment = tuple[str | None, ...]


def run(connection: Connection, table: Table, definition: Definition, query: Query) -> Result:
    """Answer one query: the figures of its periods and segments, missing periods filled in.

    Raises ``Invalid`` when the table, the definition and the query do not fit one another.
    """
    return run_many(connection, table, [(definition, query)])[0]


def run_many(
    connection: Connection, table: Table, asked: Sequence[tuple[Definition, Query]]
) -> list[Result]:
    """Answer a page's queries in order, identical ones once."""
    check_dialect(connection.dialect)
    for definition, query in asked:
        check_columns(definition, table.types)
        check_query(query, definition, table.types)
    known = spans(connection, table, [definition for definition, _ in asked])
    answers: dict[tuple[Definition, Query], Result] = {}
    for definition, query in asked:
        if (definition, query) not in answers:
            span = known.get((*definition.time_columns, definition.time_zone))
            answers[definition, query] = _answer(connection, table, definition, query, span)
    return [answers[definition, query] for definition, query in asked]


def explain(
    dialect: Dialect, table: Table, definition: Definition, query: Query, span: Span | None = None
) -> str:
    """The SQL of a query without running it, placeholders where values are bound."""
    check_dialect(dialect)
    check_columns(definition, table.types)
    check_query(query, definition, table.types)
    return str(_prepare(dialect, table, definition, query, span).select.compile(dialect=dialect))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A query ready to run."""

    query: Query
    frame: Frame
    select: sa.Select[Any]
    plan: Plan | Movement


def _prepare(
    dialect: Dialect, table: Table, definition: Definition, query: Query, span: Span | None
) -> _Prepared:
    calendar = calendar_of(definition)
    frame = frame_of(query, definition, calendar, span, table)
    scope = Scope({name: table.source.c[name] for name in table.types}, table.types, calendar)
    conditions = _conditions(scope, definition, query)
    dims = {f"by{i}": scope.columns[name] for i, name in enumerate(query.by)}
    measure = definition.measure
    if isinstance(measure, Stock | Net):
        if measure.where is not None:
            conditions.append(scope.where(measure.where))
        movement = Movement(measure, scope, frame)
        select = movement.statement(table.source, dims, conditions)
        return _Prepared(query, frame, select.limit(MAX_POINTS + 1), movement)
    plan = plan_of(measure, null_rule=definition.null_rule, min_cases=definition.min_cases)
    keys = dict(dims)
    if definition.time_column is not None:
        column, kind = scope.columns[definition.time_column], table.types[definition.time_column]
        conditions = frame.inside(column, kind) + conditions
        if query.grain is not None:
            keys = {"period": frame.key(column, kind), **dims}
    inputs = Inputs(scope, dialect.name)
    select = statement(plan, table.source, inputs=inputs, keys=keys, conditions=conditions)
    return _Prepared(query, frame, select.limit(MAX_POINTS + 1), plan)


def _conditions(scope: Scope, definition: Definition, query: Query) -> list[Element]:
    """Which rows count: none that an exclusion certainly meets, all that the filters meet."""
    conditions: list[Element] = []
    if definition.exclusions is not None:
        excluded = scope.where(definition.exclusions)
        conditions.append(sa.not_(sa.func.coalesce(excluded, sa.false())))
    if query.where is not None:
        conditions.append(scope.where(query.where))
    return conditions


def _answer(
    connection: Connection, table: Table, definition: Definition, query: Query, span: Span | None
) -> Result:
    prepared = _prepare(connection.dialect, table, definition, query, span)
    answer = connection.execute(prepared.select)
    names, sql = tuple(answer.keys()), str(answer.context.statement)
    rows = [dict(zip(names, row, strict=True)) for row in answer.all()]
    check_size(len(rows))
    found, segments = _figures(prepared, rows)
    points = _points(prepared, found, segments)
    return Result(points, query.grain, query.by, definition.time_zone, table.as_of, sql)


def _figures(
    prepared: _Prepared, rows: Sequence[Mapping[str, Any]]
) -> tuple[dict[tuple[Key, Segment], Figure], list[Segment]]:
    """The figures that the rows give, and the segments that occur, sorted, null last."""
    grain, plan = prepared.query.grain, prepared.plan
    week_start = prepared.frame.calendar.week_start
    named = {}
    for row in rows:
        key = as_key(row["period"], grain, week_start) if grain else None
        segment = tuple(segment_text(row[f"by{i}"]) for i in range(len(prepared.query.by)))
        named[key, segment] = row
    segments = sorted({segment for _, segment in named}, key=_sorting)
    if isinstance(plan, Movement):
        counts = {k: (int(row["came"] or 0), int(row["went"] or 0)) for k, row in named.items()}
        segments = segments if prepared.query.by else [()]
        return plan.figures(counts, segments), segments
    return {k: plan.figure(row) for k, row in named.items()}, segments


def _points(
    prepared: _Prepared, found: Mapping[tuple[Key, Segment], Figure], segments: list[Segment]
) -> tuple[Point, ...]:
    query, frame = prepared.query, prepared.frame
    if not query.by:
        segments = [()]
    empty = NO_DATA if isinstance(prepared.plan, Movement) else prepared.plan.figure({})

    def figure(key: Key, segment: Segment, known: bool) -> Figure:
        return found.get((key, segment), empty) if known else NO_DATA

    if query.grain is None:
        known = frame.knows(frame.start, frame.end)
        return tuple(Point(None, segment, figure(None, segment, known)) for segment in segments)
    check_size(len(frame.slots) * len(segments))
    points = []
    for slot in frame.slots:
        period, known = frame.period(slot), frame.knows(slot.start, slot.end)
        points += [Point(period, segment, figure(slot.key, segment, known)) for segment in segments]
    return tuple(points)


def segment_text(value: Any) -> str | None:
    """A dimension's value as the name of its segment."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _sorting(segment: Segment) -> tuple[tuple[bool, str], ...]:
    return tuple((part is None, part or "") for part in segment)
