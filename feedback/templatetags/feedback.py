"""How feedback shows itself on a dashboard's tiles and on the home pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string

from ace_portal.lib.markdown import to_line
from feedback.selectors import asked_of, open_by_tile, threads_for, with_counts

register = template.Library()
register.filter("one_line", to_line)
SHOWN = 4


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


@register.inclusion_tag("feedback/_became.html", takes_context=True)
def what_became(context: Context) -> dict[str, Any]:
    """What the reader said last and what became of it, and the one question that waits for them."""
    user = context["user"]
    mine = with_counts(threads_for(user).filter(author=user), user).order_by("-active_at", "-pk")
    asked = asked_of(user).filter(answered_at__isnull=True).order_by("-pk").first()
    return {"threads": mine[:SHOWN], "asked": asked}
