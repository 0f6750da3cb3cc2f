"""Stocks and net flows: rows seen as coming and going.

A row comes at its first stamp and goes at its second. A stock is what has come before the end of a
period and has not gone before it; a row that went before it came was never there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kpis.engine.constructs import ONE, ZERO, Element
from kpis.engine.definition import Net, Stock
from kpis.engine.frame import Frame, Key
from kpis.engine.result import Figure
from kpis.engine.where import Scope

Moves = tuple[int, int]
Counts = Mapping[tuple[Key, tuple[Any, ...]], Moves]


@dataclass(frozen=True, slots=True)
class Movement:
    """The SELECT of comings and goings per period and segment."""

    measure: Stock | Net
    scope: Scope
    frame: Frame

    def statement(
        self, source: sa.FromClause, dims: Mapping[str, Element], conditions: list[Element]
    ) -> sa.Select[Any]:
        """Columns: ``period`` when there is a grain, the dimensions, ``came``, ``went``."""
        names = [*(["period"] if self.frame.grain else []), *dims]
        both = sa.union_all(
            self._events(source, dims, conditions, came=True),
            self._events(source, dims, conditions, came=False),
        ).subquery("moves")
        groups = [both.c[name] for name in names]
        sums = [sa.func.sum(both.c[name]).label(name) for name in ("came", "went")]
        return sa.select(*groups, *sums).select_from(both).group_by(*groups)

    def _events(
        self,
        source: sa.FromClause,
        dims: Mapping[str, Element],
        conditions: list[Element],
        *,
        came: bool,
    ) -> sa.Select[Any]:
        stamp, kind, present = self._stamp(came)
        columns = [expression.label(name) for name, expression in dims.items()]
        if self.frame.grain:
            columns.insert(0, self._key(stamp, kind).label("period"))
        counted = [(ONE if came else ZERO).label("came"), (ZERO if came else ONE).label("went")]
        return (
            sa.select(*columns, *counted)
            .select_from(source)
            .where(*present, *self._inside(stamp, kind), *conditions)
        )

    def _stamp(self, came: bool) -> tuple[Element, str, list[Element]]:
        """When the event happens, its kind, and the conditions under which there is one."""
        columns, types = self.scope.columns, self.scope.types
        match self.measure:
            case Net(first, second):
                name = first if came else second
                return columns[name], types[name], []
            case Stock(opened, closed):
                if came:
                    return columns[opened], types[opened], []
                start, end = columns[opened], columns[closed]
                # Gone as soon as it came, where the data says that it went before.
                gone = sa.case((end < start, start), else_=end)
                return gone, types[closed], [start.is_not(None)]

    def _inside(self, stamp: Element, kind: str) -> list[Element]:
        if isinstance(self.measure, Net):
            return self.frame.inside(stamp, kind)
        conditions: list[Element] = [stamp.is_not(None)]
        if self.frame.stop is not None:
            conditions.append(stamp < self.frame.edge(self.frame.stop, kind))
        return conditions

    def _key(self, stamp: Element, kind: str) -> Element:
        """The period's key; null for what a stock brings along from before the first period."""
        key = self.frame.key(stamp, kind)
        if isinstance(self.measure, Net) or not self.frame.slots:
            return key
        first = self.frame.slots[0].start
        return sa.case((stamp < self.frame.edge(first, kind), sa.null()), else_=key)

    def figures(
        self, counts: Counts, segments: list[tuple[Any, ...]], keys: list[Key]
    ) -> dict[tuple[Key, tuple[Any, ...]], Figure]:
        """The figure of each period, by its key and ascending, and of each segment."""
        out = {}
        for segment in segments:
            level, opened = 0, 0
            if isinstance(self.measure, Stock) and self.frame.grain:
                opened, gone = counts.get((None, segment), (0, 0))
                level = opened - gone
            for key in keys:
                came, went = counts.get((key, segment), (0, 0))
                if isinstance(self.measure, Net):
                    out[key, segment] = Figure(came - went, rows=came + went)
                    continue
                level, opened = level + came - went, opened + came
                out[key, segment] = Figure(level, rows=opened)
        return out
