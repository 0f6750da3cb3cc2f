"""How dashboards show themselves on the home pages and on a KPI's page."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from dashboards.content.key_figures import headline, key_figures
from dashboards.content.selectors import (
    dashboards_for,
    dashboards_using,
    released_by_dashboard,
)
from dashboards.lifecycle.selectors import glance_of
from kpis.models import KPI

register = template.Library()
SHOWN = 5


@register.inclusion_tag("dashboards/_yours.html", takes_context=True)
def your_dashboards(context: Context) -> dict[str, Any]:
    """The reader's dashboards, each with the three figures that moved most."""
    rows = list(dashboards_for(context["user"]).filter(launches__ended_at__isnull=True).distinct())
    released = released_by_dashboard(rows)
    shown = [row for row in rows if row.pk in released][:SHOWN]
    figures = key_figures({row.pk: released[row.pk] for row in shown})
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


@register.inclusion_tag("dashboards/_glance.html")
def portfolio_glance() -> dict[str, Any]:
    """The ACE's MVPs: how many at each stage, which drafts wait, which are open to people."""
    return {"glance": glance_of()}


@register.inclusion_tag("dashboards/_where_used.html", takes_context=True)
def where_used(context: Context, kpi: KPI) -> dict[str, Any]:
    """The dashboards that show a KPI, as far as the reader may open them."""
    user = context["user"]
    return {"dashboards": dashboards_using(user, kpi)[:20], "user": user}
