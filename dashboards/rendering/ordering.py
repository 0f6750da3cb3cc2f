"""A table in another order of its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dashboards.rendering.table import Cell, Table


def ordered(table: Table, column: int, *, descending: bool) -> Table:
    """By the figures of a column, or by its words; what has no figure stands at the end, whichever
    way. Raises IndexError for a column that is not there."""
    head = table.headers[column]
    known = [row for row in table.rows if not head.numeric or row[column].order is not None]
    empty = [row for row in table.rows if head.numeric and row[column].order is None]

    def key(row: tuple[Cell, ...]) -> float | str:
        return row[column].order or 0.0 if head.numeric else row[column].text.casefold()

    return replace(table, rows=(*sorted(known, key=key, reverse=descending), *empty))


def headed(
    table: Table, urls: Callable[[int, bool], str], sorted_by: tuple[int, bool] | None
) -> Table:
    """With a link on each head: to the greatest figures first, or the other way where they are."""
    heads = []
    for place, head in enumerate(table.headers):
        is_own = sorted_by is not None and sorted_by[0] == place
        falling = not sorted_by[1] if is_own and sorted_by is not None else head.numeric
        order = ""
        if is_own and sorted_by is not None:
            order = "descending" if sorted_by[1] else "ascending"
        heads.append(replace(head, url=urls(place, falling), order=order))
    return replace(table, headers=tuple(heads))
