"""How feedback shows itself on a dashboard's tiles and on the home pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from ace_portal.lib.markdown import to_line
from dashboards.content.selectors import dashboards_for
from feedback.selectors import (
    LATE_DAYS,
    asked_of,
    open_by_tile,
    threads_for,
    unanswered_by_age,
    with_counts,
)

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
    if not tile.spec.kpi_versions:
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
    """What the reader said last and what became of it; else where they may say something."""
    user = context["user"]
    mine = with_counts(threads_for(user).filter(author=user), user).order_by("-active_at", "-pk")
    threads = list(mine[:SHOWN])
    return {"threads": threads, "may_speak": not threads and dashboards_for(user).exists()}


@register.inclusion_tag("feedback/_asked.html", takes_context=True)
def one_question(context: Context) -> dict[str, Any]:
    """The one question that waits for the reader."""
    asked = asked_of(context["user"]).filter(answered_at__isnull=True).order_by("-pk").first()
    return {"asked": asked}


@register.inclusion_tag("feedback/_ages.html", takes_context=True)
def feedback_by_age(context: Context) -> dict[str, Any]:
    """How many threads wait for a word of the ACE, since when."""
    counts = unanswered_by_age(context["user"])
    words = {
        "today": _("Today"), "three": _("1 to 3 days"), "five": _("3 to 5 days"),
        "late": _("Over %(n)d days") % {"n": LATE_DAYS},
    }  # fmt: skip
    tones = {"five": "watch", "late": "bad"}
    most = max(counts.values()) or 1
    ages = [
        {"label": words[key], "n": n, "part": round(100 * n / most), "tone": tones.get(key, "")}
        for key, n in counts.items()
    ]
    return {"ages": ages, "all": sum(counts.values())}
