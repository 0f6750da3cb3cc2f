"""How feedback shows itself on a dashboard's tiles and on the home pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from ace_portal.lib.markdown import to_line
from feedback.selectors import open_by_tile

register = template.Library()
register.filter("one_line", to_line)


@register.simple_tag(takes_context=True)
def open_talk(context: Context) -> dict[str, int]:
    """How many open threads each tile of the page's dashboard has, by its key; one query."""
    return open_by_tile(context["user"], context["dashboard"])


@register.inclusion_tag("feedback/_tile_link.html", takes_context=True)
def tile_talk(context: Context, talk: dict[str, int] | None, tile: Any) -> dict[str, Any]:
    """The link on a tile: how many talk about it, or the invitation to begin."""
    return {
        "n": (talk or {}).get(tile.key, 0),
        "tile": tile,
        "dashboard": context["dashboard"],
        "query": context.get("query", ""),
    }
