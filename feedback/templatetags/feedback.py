"""How feedback shows itself on a dashboard's tiles and on the home pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string

from ace_portal.lib.markdown import to_line
from feedback.selectors import open_by_tile

register = template.Library()
register.filter("one_line", to_line)


@register.simple_tag(takes_context=True)
def open_talk(context: Context) -> dict[str, int]:
    """How many open threads each tile of the page's dashboard has, by its key; one query."""
    return open_by_tile(context["user"], context["dashboard"])


@register.simple_tag(takes_context=True)
def tile_talk(context: Context, talk: dict[str, int], tile: Any) -> str:
    """The link on a tile: how many talk about it, or the invitation to begin."""
    if tile.type == "text":
        return ""
    return render_to_string(
        "feedback/_tile_link.html",
        {
            "n": talk.get(tile.key, 0),
            "tile": tile,
            "dashboard": context["dashboard"],
            "query": context.get("query", ""),
        },
    )
