"""From the rows of a statement to figures: every period and segment that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from kpis.engine.compile import NO_DATA, Plan
from kpis.engine.definition import Definition, Window
from kpis.engine.frame import Frame, Key, as_key, check_size
from kpis.engine.movement import Movement
from kpis.engine.query import Query, Table
from kpis.engine.rates import per_time
from kpis.engine.result import Figure, Period, Point, Result
from kpis.engine.windows import Reach, View, period_of, rules_of

Row = Mapping[str, Any]
Segment = tuple[str | None, ...]
Place = tuple[Period | None, Reach, bool]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query ready to run; ``view`` says which rows are read, ``frame`` what is answered."""

    query: Query
    frame: Frame
    view: View
    select: sa.Select[Any]
    plan: Plan | Movement


def result_of(
    table: Table,
    question: tuple[Definition, Query],
    prepared: Prepared,
    rows: Sequence[Row],
    sql: str,
) -> Result:
    """The figures of a question from the rows that came back."""
    definition, query = question
    check_size(len(rows))
    found, segments = _figures(definition, prepared, rows)
    points, blank = _points(definition, prepared, found, segments)
    zone = definition.time_zone
    return Result(points, query.grain, query.by, zone, prepared.frame.as_of, sql, blank)


def _figures(
    definition: Definition, prepared: Prepared, rows: Sequence[Mapping[str, Any]]
) -> tuple[dict[tuple[Key, Segment], Figure], list[Segment]]:
    """The figures that the rows give, and the segments that occur, sorted, null last."""
    plan, view = prepared.plan, prepared.view
    named: Mapping[tuple[Key, Segment], Row] = {
        (
            _key(prepared, row),
            tuple(segment_text(row[f"by{i}"]) for i in range(len(prepared.query.by))),
        ): row
        for row in rows
    }
    segments = sorted({segment for _, segment in named}, key=sorting)
    if view.folded:
        named = view.folds(named, segments, rules_of(definition))
    if isinstance(plan, Movement):
        counts = {k: (int(row["came"] or 0), int(row["went"] or 0)) for k, row in named.items()}
        segments = segments if prepared.query.by else [()]
        keys = [reach.key for reach in view.reaches]
        return plan.figures(counts, segments, keys), segments
    return {k: plan.figure(row) for k, row in named.items()}, segments


def _key(prepared: Prepared, row: Row) -> Key:
    view = prepared.view
    if prepared.query.grain is None:
        return None
    if view.joined:
        return view.reaches[row["period"]].key
    return as_key(row["period"], view.frame.grain or "", view.frame.calendar)


def _points(
    definition: Definition,
    prepared: Prepared,
    found: Mapping[tuple[Key, Segment], Figure],
    segments: list[Segment],
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The points, and those of a segment that has no rows."""
    query, frame, view = prepared.query, prepared.frame, prepared.view
    if not query.by:
        segments = [()]
    plan, rate = prepared.plan, definition.rate
    empty = Figure(0) if isinstance(plan, Movement) else plan.figure({})

    def shown(own: Figure, reach: Reach, known: bool) -> Figure:
        if not known:
            return NO_DATA
        return own if rate is None else per_time(own, rate, definition, frame, reach)

    check_size(len(view.reaches) * len(segments))
    places = _places(definition, prepared)
    points = tuple(
        Point(period, segment, shown(found.get((reach.key, segment), empty), reach, known))
        for period, reach, known in places
        for segment in segments
    )
    if not query.by:
        return points, ()
    nobody = (None,) * len(query.by)
    blank = (Point(period, nobody, shown(empty, reach, known)) for period, reach, known in places)
    return points, tuple(blank)


def _places(definition: Definition, prepared: Prepared) -> tuple[Place, ...]:
    """Each period with its rows, and whether the data speaks of it."""
    frame, view = prepared.frame, prepared.view
    if prepared.query.grain is None:
        reach = view.reaches[0]
        known = frame.knows(frame.start, frame.end) and frame.knows(reach.start, reach.end)
        return ((None, reach, known),)
    if not isinstance(definition.measure, Window):
        return _own_places(view)
    return tuple(
        (period_of(definition, frame, slot, reach), reach, frame.knows(slot.start, slot.end))
        for slot, reach in zip(frame.slots, view.reaches, strict=True)
    )


@lru_cache(maxsize=128)
def _own_places(view: View) -> tuple[Place, ...]:
    """Those of a view without windows, which the questions about the same time share."""
    frame = view.frame
    return tuple(
        (frame.period(slot), reach, frame.knows(slot.start, slot.end))
        for slot, reach in zip(frame.slots, view.reaches, strict=True)
    )


def segment_text(value: Any) -> str | None:
    """A dimension's value as the name of its segment."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def sorting(segment: Segment) -> tuple[tuple[bool, str], ...]:
    """Segments in order: null last."""
    return tuple((part is None, part or "") for part in segment)
