"""How dashboards show themselves on the home pages and on a KPI's page."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from ace_portal.lib.memory import Memory
from dashboards.content.key_figures import headline, key_figures
from dashboards.content.models import Dashboard
from dashboards.content.selectors import (
    dashboards_using,
    launched_to,
    prototypes_for,
    released_by_dashboard,
)
from dashboards.content.showing import TileView
from dashboards.content.tabs import tile_address
from dashboards.lifecycle.portfolio import glance_of
from dashboards.rendering.sheet import FORMATS
from kpis.models import KPI

register = template.Library()
SHOWN = 5

_charts: Memory[str] = Memory(200)


@register.simple_tag(takes_context=True)
def tile_of(context: Context, tile: TileView, corner: str = "") -> str:
    """One tile of a board; that of a chart is written once for all that read the same.

    ``corner`` is what a higher app has to say about the tile.
    """
    board, dashboard, query = context["board"], context["dashboard"], context["query"]
    given = {
        "tile": tile, "board": board, "dashboard": dashboard, "query": query, "corner": corner,
        "pictures": FORMATS,
    }  # fmt: skip
    if tile.drawn_from is None:
        return render_to_string("dashboards/_tile.html", given)
    known = (
        tile.drawn_from, tile.links, tile.spec, tile.title, tile.unit_line, tile.error,
        tuple(tile.notes),
        tuple((source.kpi.name, source.kpi.slug) for source in tile.sources),
        tile.as_of, board.as_of, dashboard.slug, query, corner,
        # How a moment is written: in whose zone, and with its year unless it is this one.
        get_language(), timezone.get_current_timezone_name(), timezone.localtime().year,
    )  # fmt: skip
    return _charts.get(known) or _charts.put(
        known, render_to_string("dashboards/_tile.html", given)
    )


@register.simple_tag
def tile_url(dashboard: Dashboard, key: str, query: str = "") -> str:
    """To a tile of a dashboard under the filters of ``query``, whatever tab it is on today."""
    return tile_address(dashboard.get_absolute_url(), query, key)


@register.inclusion_tag("dashboards/_yours.html", takes_context=True)
def your_dashboards(context: Context) -> dict[str, Any]:
    """The reader's dashboards, each with the three figures that moved most."""
    rows = list(launched_to(context["user"]).filter(launches__ended_at__isnull=True).distinct())
    released = released_by_dashboard(rows)
    shown = [row for row in rows if row.pk in released][:SHOWN]
    figures = key_figures({row.pk: released[row.pk] for row in shown}, reader=context["user"])
    items = [
        {
            "dashboard": row,
            "released": released[row.pk],
            "figures": figures[row.pk],
            "headline": headline(figures[row.pk]),
        }
        for row in shown
    ]
    return {"items": items, "more": len(rows) > SHOWN}


@register.inclusion_tag("dashboards/_prototypes.html", takes_context=True)
def prototypes_to_try(context: Context) -> dict[str, Any]:
    """What waits for the reader as a pilot."""
    return {"prototypes": prototypes_for(context["user"])[:SHOWN]}


@register.inclusion_tag("dashboards/_glance.html")
def portfolio_glance() -> dict[str, Any]:
    """The ACE's MVPs: how many at each stage, which drafts wait, which are open to people."""
    return {"glance": glance_of()}


@register.inclusion_tag("dashboards/_where_used.html", takes_context=True)
def where_used(context: Context, kpi: KPI) -> dict[str, Any]:
    """The dashboards that show a KPI, as far as the reader may open them."""
    user = context["user"]
    return {"dashboards": dashboards_using(user, kpi)[:20], "user": user}
