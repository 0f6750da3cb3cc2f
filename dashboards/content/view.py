"""A tile as it is shown."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from dashboards import rendering as r
from dashboards.content.document import TileSpec
from dashboards.content.sources import Source
from dashboards.content.wording import wording
from dashboards.rendering import format as fmt
from kpis.asking import Answer


@dataclass
class TileView:
    """A tile as templates and the API show it. ``answers`` are in full precision, by name."""

    spec: TileSpec
    title: str
    unit_line: str = ""
    sources: tuple[Source, ...] = ()
    number: r.NumberView | None = None
    figure: dict[str, Any] | None = None
    summary: str = ""
    table: r.Table | None = None
    html: SafeString | None = None
    as_of: datetime | None = None
    error: str = ""
    notes: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    #: the unusual figures of a chart, in a sentence each
    unusual: tuple[str, ...] = ()
    #: what a chart was drawn from, in full; None for what is no chart
    drawn_from: Hashable = None
    #: a figure on its scale
    dial: r.Dial | None = None
    #: what would mislead whoever reads it, for whoever makes it
    advice: tuple[str, ...] = ()
    #: what the answers are called in a file, where that is not plain
    parts: dict[str, str] = field(default_factory=dict)
    #: where the values of its table lead
    links: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.spec.key

    @property
    def type(self) -> str:
        return self.spec.type


def oldest(moments: Iterable[datetime | None]) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return min(known) if known else None


def result_of(view: TileView, name: str) -> Any:
    """The result of one of a tile's questions; ValueError where it has none."""
    result = view.answers[name].result
    if result is None:
        raise ValueError(f"no result for {name}")
    return result


def reduced_words(view: TileView) -> list[str]:
    """How many of its points a chart draws, where it does not draw all."""
    meta = view.figure["layout"].get("meta") if view.figure is not None else None
    if meta is None:
        return []
    words = wording()
    n, drawn = (fmt.digits(fmt.exact(meta[name]), 0, words) for name in ("points", "drawn"))
    return [words.reduced.format(n=n, drawn=drawn)]
