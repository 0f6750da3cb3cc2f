"""How lessons and coming sessions show themselves on other pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from dashboards.content.models import Dashboard
from kpis.models import KPI
from office_hours.selectors import ama
from office_hours.selectors.lessons import lessons_about

register = template.Library()
SHOWN = 5


@register.inclusion_tag("office_hours/_lessons_about.html", takes_context=True)
def lessons_learned(context: Context, thing: Dashboard | KPI) -> dict[str, Any]:
    """What was learned about a dashboard or a KPI, as far as the reader may read it."""
    rows = list(lessons_about(context["user"], thing)[: SHOWN + 1])
    kind = "dashboard" if isinstance(thing, Dashboard) else "kpi"
    return {"lessons": rows[:SHOWN], "more": len(rows) > SHOWN, "query": f"{kind}={thing.slug}"}


@register.inclusion_tag("office_hours/_ama_coming.html", takes_context=True)
def sessions_coming(context: Context) -> dict[str, Any]:
    """The next sessions in which the reader may ask."""
    return {"sessions": ama.coming(ama.sessions_for(context["user"]))[:3]}
