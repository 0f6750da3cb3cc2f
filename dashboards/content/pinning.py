"""A figure as it is at one moment, to be kept beside what is decided by it."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid
from dashboards.content.explain import Explanation, explain
from dashboards.content.filters import query_string, read_state, uncompared
from dashboards.content.models import Version
from dashboards.content.selectors import document_of
from dashboards.content.sources import own_of, sources_of
from dashboards.content.titles import title_of
from kpis.scopes import Reader

LONGEST_QUERY = 2_000


def pin_of(
    version: Version,
    key: str,
    query: str = "",
    kpi_version: int | None = None,
    *,
    reader: Reader,
) -> dict[str, Any]:
    """The figure behind a tile under the filters of an address, in full and as printed.

    Raises ``Invalid`` where there is no figure to keep.
    """
    document = document_of(version)
    spec = document.tile(key)
    if spec is None or not spec.kpi_versions:
        raise Invalid(_("There is no figure behind this tile."), field="tile")
    state = uncompared(read_state(document, QueryDict(query[:LONGEST_QUERY])))
    view = explain(document, spec, state, kpi_version, reader=reader)
    if view.figure is None or view.number is None:
        raise Invalid(view.error or _("There is no figure behind this tile."), field="tile")
    return {
        "tile": key,
        "query": query_string(document, state),
        "filters": view.filters,
        **_printed(view),
        **_in_full(view),
    }


def figures_of(version: Version) -> list[tuple[str, str]]:
    """The figures that can be kept of a version, each as ``tile:kpi_version`` with its name."""
    document = document_of(version)
    known = sources_of(document.kpi_versions)
    found = []
    for spec in document.tiles:
        own = own_of(spec, known)
        for source in own:
            title = title_of(spec, own, document)
            names = dict.fromkeys((title, source.kpi.name))
            found.append((f"{spec.key}:{source.version.pk}", ": ".join(names)))
    return found


def _printed(view: Explanation) -> dict[str, Any]:
    number = view.number
    return {
        "name": view.source.kpi.name,
        "title": view.title,
        "value": view.value,
        "target": number.target if number is not None else "",
        "status": (number.status if number is not None else None) or "none",
        "status_word": number.status_word if number is not None else "",
    }


def _in_full(view: Explanation) -> dict[str, Any]:
    figure, source = view.figure, view.source
    return {
        "kpi": source.kpi.slug,
        "kpi_version": source.version.number,
        "version_id": source.version.pk,
        "load": source.load.number if source.load is not None else None,
        "as_of": view.as_of.isoformat() if view.as_of is not None else None,
        "number": figure.value if figure is not None else None,
        "numerator": figure.numerator if figure is not None else None,
        "denominator": figure.denominator if figure is not None else None,
        "rows": view.rows,
    }
