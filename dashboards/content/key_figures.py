"""The figures of many dashboards at once, those that moved first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ace_portal.lib.errors import PortalError
from dashboards import rendering as r
from dashboards.content.board import draw
from dashboards.content.document import Document
from dashboards.content.filters import default_state
from dashboards.content.models import Version
from dashboards.content.planning import Page, Plan, plan_tile
from dashboards.content.selectors import document_of
from dashboards.content.showing import TileView
from dashboards.content.sources import sources_of
from kpis.scopes import Reader

SHOWN, LOOKED_AT = 3, 7


@dataclass
class KeyFigure:
    name: str
    view: r.NumberView
    moved: float


def key_figures(versions: Mapping[int, Version], *, reader: Reader) -> dict[int, list[KeyFigure]]:
    """Up to three numbers of each version, by its dashboard, in two queries for all of them.

    The one that moved most against the stretch before comes first.
    """
    documents = {pk: _document(version) for pk, version in versions.items()}
    known = sources_of(i for document in documents.values() for i in document.kpi_versions)
    owners: list[int] = []
    pairs: list[tuple[Page, Plan]] = []
    for pk, document in documents.items():
        page = Page.of(document, default_state(document), known)
        numbers = [tile for tile in document.tiles if tile.type == "number"][:LOOKED_AT]
        for tile in numbers:
            plan = plan_tile(page, tile)
            plan.asks.pop("trend", None)
            owners.append(pk)
            pairs.append((page, plan))
    found: dict[int, list[KeyFigure]] = {pk: [] for pk in documents}
    for pk, view in zip(owners, draw(pairs, reader=reader), strict=True):
        figure = _figure(view)
        if figure is not None:
            found[pk].append(figure)
    return {pk: sorted(some, key=lambda f: -f.moved)[:SHOWN] for pk, some in found.items()}


def _document(version: Version) -> Document:
    try:
        return document_of(version)
    except PortalError:
        return Document()


def _figure(view: TileView) -> KeyFigure | None:
    if view.number is None:
        return None
    return KeyFigure(view.title, view.number, _moved(view))


def _moved(view: TileView) -> float:
    """How far a figure went, as a part of what it was."""
    now, before = (
        answer.result.total.value if (answer := view.answers.get(name)) and answer.result else None
        for name in ("now", "before")
    )
    if now is None or before is None:
        return 0.0
    return abs(now - before) / abs(before) if before else float(bool(now))


def headline(figures: list[KeyFigure]) -> str:
    """What moved most, in a sentence; nothing where there is nothing to compare with."""
    for figure in figures:
        delta = figure.view.delta
        if delta is None or delta.direction == "flat":
            continue
        said = (
            _("%(name)s rose by %(by)s")
            if delta.direction == "up"
            else _("%(name)s fell by %(by)s")
        )
        return said % {"name": figure.name, "by": delta.text}
    compared = any(figure.view.delta is not None for figure in figures)
    return _("Nothing moved much") if compared else ""
