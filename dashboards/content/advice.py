"""Which chart suits a KPI and its split, and which choice would mislead: said, never forbidden."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from ace_portal.lib.errors import NotVisible
from dashboards.content.board import board
from dashboards.content.document import Document, TileSpec
from dashboards.content.filters import default_state
from dashboards.content.misleading import MOST_LINES
from dashboards.content.sources import Source, sources_of
from kpis.engine.query import Query
from kpis.figures import Ask, answers
from kpis.goals import target_on
from kpis.scopes import Reader

#: the kinds whose notes to readers say already what may mislead
SAID = ("combined", "waterfall", "gauge", "bullet")


@dataclass(frozen=True)
class Suggestion:
    """A kind of tile, and why."""

    type: str
    reason: str


@dataclass(frozen=True)
class Advice:
    suggested: Suggestion
    warnings: tuple[str, ...] = ()


def suggest(
    source: Source, by: str = "", *, over_time: bool | None = None, values: int | None = None
) -> Suggestion:
    """The kind for a KPI, split or not; ``values`` is how many values the split has.

    Over time unless told, where it has a time and is not split.
    """
    timed = source.timed and (not by if over_time is None else over_time)
    if by and timed and (values or 0) > MOST_LINES:
        return Suggestion(
            "bar",
            _("Bars, because %(n)d lines are more than the eye can compare.") % {"n": values},
        )
    if by and timed:
        return Suggestion("line", _("Lines, because it has a time and several series to compare."))
    if by:
        return Suggestion("bar", _("Bars, because lengths on one axis are compared best."))
    if timed:
        return Suggestion("line", _("A line, because it has a time and one series."))
    day = source.known_until()
    if day is not None and target_on(source.version, day) is not None:
        return Suggestion("bullet", _("A bullet, because one figure stands against a target."))
    return Suggestion("number", _("A number, because it is one figure."))


def advice_on(
    document: Document, kpi_version: int, tile: TileSpec | None, by: str = "", *, reader: Reader
) -> Advice:
    """What suits a KPI and its split, and what of ``tile``, if there is one, would mislead.

    Raises ``NotVisible`` for a KPI version that there is not.
    """
    source = sources_of([kpi_version]).get(kpi_version)
    if source is None:
        raise NotVisible("")
    by = by if by in source.dimensions else ""
    over_time = bool(tile.grain) if tile is not None and by else None
    values = _values(source, by, reader) if by else None
    found = suggest(source, by, over_time=over_time, values=values)
    return Advice(found, _warnings(document, tile, reader) if tile is not None else ())


def _values(source: Source, by: str, reader: Reader) -> int | None:
    [answer] = answers([Ask(source.version, Query(by=(by,)))], reader=reader)
    return len(answer.result.points) if answer.result is not None else None


def _warnings(document: Document, tile: TileSpec, reader: Reader) -> tuple[str, ...]:
    """As the builder says them beneath the tile, under the filters that the page opens with."""
    alone = replace(document, tiles=(tile,))
    [view] = board(alone, default_state(alone), reader=reader).tiles
    return (*view.advice, *(view.notes if tile.type in SAID else ()))
