"""How a thing of a lineage is called and marked."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from kpis.flow import BOX_HEIGHT, BOX_WIDTH, Box, Flow

register = template.Library()

KIND_WORDS = {
    "source": _("Source"),
    "dataset": _("Dataset"),
    "prepared": _("Prepared dataset"),
    "kpi": _("KPI"),
    "derived": _("KPI from other KPIs"),
    "dashboard": _("Dashboard"),
}
GROUP_WORDS = {
    "source": _("Sources"),
    "dataset": _("Datasets"),
    "prepared": _("Prepared datasets"),
    "kpi": _("KPIs"),
    "derived": _("KPIs from other KPIs"),
    "dashboard": _("Dashboards"),
}
STATE_WORDS = {
    "behind": _("newer data is held back"),
    "empty": _("no rows yet"),
    "draft": _("draft"),
}


@register.inclusion_tag("kpis/_flow.html")
def flow(flow: Flow, label: str, level: int = 3) -> dict[str, Any]:
    """The drawing where there is room for it, else the same as a list under such headings."""
    return {
        "flow": flow, "label": label, "level": level, "width": BOX_WIDTH, "height": BOX_HEIGHT,
    }  # fmt: skip


@register.filter
def kind_word(kind: str) -> Any:
    return KIND_WORDS[kind]


@register.filter
def group_word(kind: str) -> Any:
    return GROUP_WORDS[kind]


@register.filter
def state_word(box: Box) -> Any:
    """What is odd about it; empty for what is not."""
    return STATE_WORDS.get(box.node.state, "")
