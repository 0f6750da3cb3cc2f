"""From a KPI's definition and a query to figures, on one connection.

Time zones: every period is aware, in the definition's zone. Values are in full precision, shares
are fractions of one. ``Invalid`` says what a definition or a query asks that cannot be answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from kpis.engine import mysql, spark, warehouses  # noqa: F401  their words sign in
from kpis.engine.answering import Prepared, result_of
from kpis.engine.checks import check_columns
from kpis.engine.compile import Inputs, plan_of, statement
from kpis.engine.constructs import Element, check_dialect, check_windows
from kpis.engine.definition import (
    Definition,
    Formula,
    Net,
    Stock,
    columns_of,
    columns_used,
    operands,
    where_operands,
    worked_columns,
)
from kpis.engine.frame import (
    MAX_POINTS,
    Frame,
    as_aware,
    ends_of,
    frame_of,
    span_of,
)
from kpis.engine.movement import Movement
from kpis.engine.periods import Calendar
from kpis.engine.query import Query, Table, calendar_of, check_query
from kpis.engine.result import Result
from kpis.engine.together import Row, behind, can_share, double, rows_together
from kpis.engine.where import Scope
from kpis.engine.windows import View, view_of

Question = tuple[Definition, Query]
Ends = Mapping[str, tuple[Any, Any]]


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
    ends = ends_of(connection, table, (n for question in asked for n in ends_needed(*question)))
    places = {question: place for place, question in enumerate(dict.fromkeys(asked))}
    turns = [
        Turn(question, _prepare(connection.dialect, table, *question, ends)) for question in places
    ]
    if can_share(connection, table):
        for group in _under_one_filter(table, turns):
            _share(connection, table, group, ends)
    answers = [_answer(connection, table, turn) for turn in turns]
    return [answers[places[question]] for question in asked]


@dataclass(slots=True)
class Turn:
    """A question that is being answered; ``rows`` once they were read with those of others."""

    question: Question
    prepared: Prepared
    rows: list[Row] | None = None


def _answer(connection: Connection, table: Table, turn: Turn) -> Result:
    select, rows = turn.prepared.select, turn.rows
    if rows is None:
        answer = connection.execute(select)
        names, sql = tuple(answer.keys()), str(answer.context.statement)
        rows = [dict(zip(names, row, strict=True)) for row in answer.all()]
    else:
        sql = str(select.compile(dialect=connection.dialect))
    return result_of(table, turn.question, turn.prepared, rows, sql)


def _under_one_filter(table: Table, turns: Iterable[Turn]) -> list[list[Turn]]:
    """The questions that a page asks of the same few rows; without a filter there is no gain."""
    groups: dict[object, list[Turn]] = {}
    for turn in turns:
        definition, query = turn.question
        if query.where is None or turn.prepared.view.joined:
            continue
        # A day that is compared with a stamp is one of the definition's zone.
        stamps = any(table.types[name] == "timestamp" for name in columns_of(query.where))
        key = (query.where, definition.time_zone if stamps else None)
        groups.setdefault(key, []).append(turn)
    return [group for group in groups.values() if len(group) > 1]


def _share(connection: Connection, table: Table, group: Sequence[Turn], ends: Ends) -> None:
    """Read the rows of a group; nothing is read where the common rows do not fit into memory."""
    definition, query = group[0].question
    assert query.where is not None
    own = behind(table)
    used = sorted({name for turn in group for name in _columns(*turn.question)})
    kept = _scope(own, calendar_of(definition), ends).where(query.where)
    selects = [turn.prepared.select for turn in group]
    try:
        found = rows_together(connection, double(own, used, kept), selects)
    except sa.exc.DBAPIError:
        connection.rollback()
        return
    for turn, rows in zip(group, found, strict=True):
        turn.rows = rows


def _columns(definition: Definition, query: Query) -> set[str]:
    """What a query reads: of the dimensions those that it splits by."""
    bare = replace(definition, dimensions=())
    return {*columns_used(bare), *query.by, *columns_of(query.where)}


def ends_needed(definition: Definition, query: Query) -> set[str]:
    """The columns of which one has to know from when to when they go."""
    worked = worked_columns((*operands(definition), *where_operands(query.where)))
    return {*definition.time_columns, *worked}


def _scope(table: Table, calendar: Calendar, ends: Ends) -> Scope:
    columns = {name: table.source.c[name] for name in table.types}
    moments = {name: (_moment(low), _moment(high)) for name, (low, high) in ends.items()}
    return Scope(columns, table.types, calendar, moments)


def _moment(value: Any) -> datetime:
    """An end as an instant; a date as its midnight in UTC, which serves where dates are counted."""
    return as_aware(value, Calendar.of("UTC"))


def explain(
    dialect: Dialect, table: Table, definition: Definition, query: Query, ends: Ends | None = None
) -> str:
    """The SQL of a query without running it, placeholders where values are bound."""
    check_dialect(dialect)
    check_columns(definition, table.types)
    check_query(query, definition, table.types)
    select = _prepare(dialect, table, definition, query, ends or {}).select
    return str(select.compile(dialect=dialect))


@dataclass(frozen=True, slots=True)
class Ground:
    """What a question stands on: its range, what names mean, which rows count at all."""

    frame: Frame
    view: View
    scope: Scope
    conditions: list[Element]


def ground_of(table: Table, definition: Definition, query: Query, ends: Ends) -> Ground:
    """``ends`` are those of the definition's columns of time."""
    calendar = calendar_of(definition)
    frame = frame_of(query, definition, calendar, span_of(definition, ends), table)
    scope = _scope(table, calendar, ends)
    view = view_of(definition, query, frame)
    return Ground(frame, view, scope, _conditions(scope, definition, query))


def _prepare(
    dialect: Dialect, table: Table, definition: Definition, query: Query, ends: Ends
) -> Prepared:
    ground = ground_of(table, definition, query, ends)
    frame, view, scope = ground.frame, ground.view, ground.scope
    conditions = ground.conditions
    dims = {f"by{i}": scope.columns[name] for i, name in enumerate(query.by)}
    measure = definition.basic
    if isinstance(measure, Formula):
        raise TypeError("a formula has no rows of its own")
    if isinstance(measure, Stock | Net):
        if measure.where is not None:
            conditions.append(scope.where(measure.where))
        movement = Movement(measure, scope, view.frame)
        select = movement.statement(table.source, dims, conditions)
        return Prepared(query, frame, view, select.limit(MAX_POINTS + 1), movement)
    plan = plan_of(measure, null_rule=definition.null_rule, min_cases=definition.min_cases)
    keys, source = dict(dims), table.source
    if definition.time_column is not None:
        column, kind = scope.columns[definition.time_column], table.types[definition.time_column]
        conditions = view.frame.inside(column, kind) + conditions
        if view.joined:
            check_windows(dialect)
            source, turn = view.join(source, column, kind)
            keys = {"period": turn, **dims}
        elif query.grain is not None:
            keys = {"period": view.frame.key(column, kind), **dims}
    inputs = Inputs(scope, dialect.name)
    select = statement(plan, source, inputs=inputs, keys=keys, conditions=conditions)
    return Prepared(query, frame, view, select.limit(MAX_POINTS + 1), plan)


def _conditions(scope: Scope, definition: Definition, query: Query) -> list[Element]:
    """Which rows count: none that an exclusion certainly meets, all that the filters meet."""
    conditions: list[Element] = []
    if definition.exclusions is not None:
        excluded = scope.where(definition.exclusions)
        conditions.append(sa.not_(sa.func.coalesce(excluded, sa.false())))
    if query.where is not None:
        conditions.append(scope.where(query.where))
    return conditions
