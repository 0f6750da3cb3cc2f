"""A mark of a chart or a table as a link: to the others under its value, or one level down.

What is chosen so is shown as chips, and as the way that one has come down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboards.content.document import Choice, Document
from dashboards.content.document.model import LEVEL, MARK
from dashboards.content.document.schema import TAB
from dashboards.content.filters import FilterState, query_string, without
from dashboards.content.kinds import pairs_of, value_words, words_of
from dashboards.content.planning import Page
from dashboards.content.showing import TileView
from dashboards.rendering.table import MAX_ROWS, Cell, Table

#: the kinds whose table has a row for each value, or for each point of one result
ONE_ROW_EACH = {"table", "line", "area", "bar", "pie"}


@dataclass(frozen=True, slots=True)
class Chip:
    """Something in use that has no dropdown: in words, and the address without it.

    ``pairs`` are its part of an address, which the form of the filters keeps.
    """

    words: str
    query: str
    pairs: tuple[tuple[str, str], ...]
    tile: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A level of the way down: its value in words, and the address that leads back to it."""

    words: str
    query: str
    current: bool


def with_links(page: Page, view: TileView) -> TileView:
    """The tile with a link on each value that its table is split by."""
    by = view.spec.by
    if not by or view.table is None or view.type not in ONE_ROW_EACH:
        return view
    results = [a.result for a in view.answers.values() if a.result is not None and a.result.by]
    found = dict.fromkeys(p.segment[0] for result in results for p in result)
    links = {value: _query(page, view.spec.key, by, value) for value in found}
    if not any(query is not None for query in links.values()):
        return view
    if view.type == "table":
        rows, place = list(found), 0
    else:
        rows = [point.segment[0] for point in results[0]]
        place = 1 if results[0].grain is not None else 0
    here = page.state.chosen.get(MARK + view.spec.key, ())
    queries = [links[value] for value in rows[:MAX_ROWS]]
    marked = [value in here for value in rows[:MAX_ROWS]]
    view.table = _linked(view.table, place, queries, marked)
    view.links = tuple(query or "" for query in queries)
    return view


def _linked(
    table: Table, place: int, queries: Sequence[str | None], marked: Sequence[bool]
) -> Table:
    def cell(old: Cell, query: str | None, *, here: bool) -> Cell:
        return old if query is None else replace(old, link=f"?{query}", chosen=here)

    rows = (
        tuple(
            cell(old, query, here=here) if number == place else old
            for number, old in enumerate(row)
        )
        for row, query, here in zip(table.rows, queries, marked, strict=True)
    )
    return replace(table, rows=tuple(rows))


def _query(page: Page, tile: str, by: str, value: str | None) -> str | None:
    """The address behind a value; None where it leads nowhere: the last level has none below."""
    document, state = page.document, page.state
    if by in document.drill:
        place = document.drill.index(by)
        if place + 1 == len(document.drill):
            return None
        return query_string(document, _to_level(document, state, place, value))
    key = MARK + tile
    if state.chosen.get(key) == (value,):
        return query_string(document, without(state, key))  # a second click takes it back
    chosen = {**state.chosen, key: (value,)}
    return query_string(document, replace(state, chosen=chosen))


def _to_level(document: Document, state: FilterState, place: int, value: str | None) -> FilterState:
    """One level below the one at ``place``, at one of its values."""
    levels = document.levels
    chosen = dict(state.chosen)
    for level in levels[place:]:
        chosen.pop(level.key, None)
    chosen[levels[place].key] = (value,)
    return replace(state, chosen=chosen)


def chips_of(document: Document, state: FilterState) -> list[Chip]:
    """The marks in use."""
    return [_chip(document, state, mark) for mark in document.marks if mark.key in state.chosen]


def _chip(document: Document, state: FilterState, choice: Choice) -> Chip:
    values = state.chosen[choice.key]
    return Chip(
        words_of(choice, values),
        query_string(document, without(state, choice.key)),
        tuple(pairs_of(choice, values)),
        choice.key.removeprefix(MARK),
    )


def way_down(document: Document, state: FilterState) -> list[Step]:
    """From the top to where one is; nothing at the top."""
    used = [level for level in document.levels if level.key in state.chosen]
    if not used:
        return []
    left = {k: v for k, v in state.chosen.items() if not k.startswith(LEVEL)}
    steps = [Step("", query_string(document, replace(state, chosen=left)), False)]
    for level in used:
        left = {**left, level.key: state.chosen[level.key]}
        words = value_words(state.chosen[level.key][0])
        query = query_string(document, replace(state, chosen=left))
        steps.append(Step(words, query, level is used[-1]))
    return steps


def kept_pairs(document: Document, state: FilterState) -> list[tuple[str, str]]:
    """The way down, and which tab is open, as the form of the filters keeps them."""
    used = [level for level in document.levels if level.key in state.chosen]
    down = [pair for level in used for pair in pairs_of(level, state.chosen[level.key])]
    return [*down, *([(TAB, state.tab)] if state.tab else [])]
