"""Figures as text, as data and as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from ace_portal.lib.cells import rows_html

register = template.Library()


@register.inclusion_tag("components/chart.html")
def chart(
    key: str, figure: Mapping[str, Any] | None, summary: str, table: Any = None, height: int = 0
) -> dict[str, Any]:
    """A plotly figure as data, in words, and as a table.

    ``figure`` is what ``dashboards.rendering.figure`` returns, ``table`` what ``data_table`` does.
    """
    layout = (figure or {}).get("layout", {})
    return {
        "key": key,
        "figure": figure,
        "summary": summary,
        "table": table,
        "height": height or layout.get("height", 280),
        "data": _json_block(figure) if figure else "",
    }


def _json_block(value: Any) -> SafeString:
    """JSON that may stand inside a script element: no character of it can end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for sign, escape in (("&", "\\u0026"), ("<", "\\u003C"), (">", "\\u003E")):
        text = text.replace(sign, escape)
    return mark_safe(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


@register.inclusion_tag("components/figure.html")
def number(view: Any) -> dict[str, Any]:
    """A big number: ``dashboards.rendering.NumberView``."""
    return {"view": view}


@register.inclusion_tag("components/dial.html")
def dial(view: Any, number: Any, kind: str) -> dict[str, Any]:
    """A figure on its scale as a "bullet" or a "gauge": ``dashboards.rendering.Dial``, None where
    there is no target, and its ``NumberView``."""
    return {"dial": view, "number": number, "kind": kind}


@register.inclusion_tag("components/spark.html")
def spark(view: Any, *, word: str = "") -> dict[str, Any]:
    """A line without axes: ``dashboards.rendering.Spark``."""
    return {"spark": view, "word": word}


@register.inclusion_tag("components/data_table.html")
def data_table(table: Any, *, caption: str = "", bars: bool = False) -> dict[str, Any]:
    """``dashboards.rendering.Table``, with bars in the cells if asked."""
    body = rows_html(table.rows, bars=bars)
    foot = rows_html([table.foot], bars=False) if table.foot else ""
    return {"table": table, "caption": caption, "body": body, "foot": foot}
