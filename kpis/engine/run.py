"""From a KPI's definition and a query to figures, on one connection.

Time zones: every period is aware, in the definition's zone. Values are in full precision, shares
are fractions of one. ``Invalid`` says what a definition or a query asks that cannot be answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from kpis.engine import mysql, spark  # noqa: F401  their words sign in
from kpis.engine.checks import check_columns
from kpis.engine.compile import NO_DATA, Inputs, Plan, plan_of, statement
from kpis.engine.constructs import Element, check_dialect
from kpis.engine.definition import Definition, Net, Stock, columns_of, columns_used
from kpis.engine.frame import MAX_POINTS, Frame, Key, Span, as_key, check_size, frame_of, spans
from kpis.engine.movement import Movement
from kpis.engine.periods import Calendar
from kpis.engine.query import Query, Table, calendar_of, check_query
from kpis.engine.result import Figure, Point, Result
from kpis.engine.together import Row, behind, can_share, double, rows_together
from kpis.engine.where import Scope

Segment = tuple[str | None, ...]
Question = tuple[Definition, Query]


def run(connection: Connection, table: Table, definition: Definition, query: Query) -> Result:
    """Answer one query: the figures of its periods and segments, missing periods filled in.

    Raises ``Invalid`` when the table, the definition and the query do not fit one another.
    """
    return run_many(connection, table, [(definition, query)])[0]


def run_many(
    connection: Connection, table: Table, asked: Sequence[tuple[Definition, Query]]
) -> list[Result]:
    """Answer a page's queries in order, identical ones once; those under one filter together."""
    check_dialect(connection.dialect)
    for definition, query in asked:
        check_columns(definition, table.types)
        check_query(query, definition, table.types)
    known = spans(connection, table, [definition for definition, _ in asked])
    prepared: dict[Question, _Prepared] = {}
    for definition, query in dict.fromkeys(asked):
        span = known.get((*definition.time_columns, definition.time_zone))
        prepared[definition, query] = _prepare(connection.dialect, table, definition, query, span)
    shared: dict[Question, list[Row]] = {}
    if can_share(connection, table):
        for group in _under_one_filter(table, prepared):
            shared |= _share(connection, table, group, prepared)
    answers: dict[Question, Result] = {}
    for question, one in prepared.items():
        rows = shared.get(question)
        sql = str(one.select.compile(dialect=connection.dialect)) if rows is not None else ""
        if rows is None:
            answer = connection.execute(one.select)
            names, sql = tuple(answer.keys()), str(answer.context.statement)
            rows = [dict(zip(names, row, strict=True)) for row in answer.all()]
        answers[question] = _result(table, question, one, rows, sql)
    return [answers[question] for question in asked]


def _under_one_filter(table: Table, questions: Iterable[Question]) -> list[list[Question]]:
    """The questions that a page asks of the same few rows; without a filter there is no gain."""
    groups: dict[object, list[Question]] = {}
    for definition, query in questions:
        if query.where is None:
            continue
        # A day that is compared with a stamp is one of the definition's zone.
        stamps = any(table.types[name] == "timestamp" for name in columns_of(query.where))
        key = (query.where, definition.time_zone if stamps else None)
        groups.setdefault(key, []).append((definition, query))
    return [group for group in groups.values() if len(group) > 1]


def _share(
    connection: Connection,
    table: Table,
    group: Sequence[Question],
    prepared: Mapping[Question, _Prepared],
) -> dict[Question, list[Row]]:
    """The rows of a group; none where the common rows do not fit into memory."""
    definition, query = group[0]
    assert query.where is not None
    own = behind(table)
    used = sorted({name for question in group for name in _columns(*question)})
    kept = _scope(own, calendar_of(definition)).where(query.where)
    selects = [prepared[question].select for question in group]
    try:
        rows = rows_together(connection, double(own, used, kept), selects)
    except sa.exc.DBAPIError:
        connection.rollback()
        return {}
    return dict(zip(group, rows, strict=True))


def _columns(definition: Definition, query: Query) -> set[str]:
    """What a query reads: of the dimensions those that it splits by."""
    bare = replace(definition, dimensions=())
    return {*columns_used(bare), *query.by, *columns_of(query.where)}


def _scope(table: Table, calendar: Calendar) -> Scope:
    return Scope({name: table.source.c[name] for name in table.types}, table.types, calendar)


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
    scope = _scope(table, calendar)
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


def _result(
    table: Table, question: Question, prepared: _Prepared, rows: Sequence[Row], sql: str
) -> Result:
    definition, query = question
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
