"""Where I am, and where I can go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.template import Context
from django.utils import timezone
from django.utils.translation import gettext as _

register = template.Library()

# What fits beside "More" on a phone.
BOTTOM_BAR = 4


@register.inclusion_tag("components/rail.html", takes_context=True)
def rail(context: Context, groups: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    """The navigation: a rail, and on a phone a bottom bar whose rest is behind "More"."""
    groups = groups or []
    first = groups[0]["items"] if groups else []
    fits = len(groups) < 2 and len(first) <= BOTTOM_BAR + 1
    bar = first if fits else first[:BOTTOM_BAR]
    rest: list[Mapping[str, Any]] = []
    if not fits:
        rest = [{"label": "", "items": first[BOTTOM_BAR:]}, *groups[1:]]
    return {
        "request": context.get("request"),
        "groups": groups,
        "bar": bar,
        "rest": [group for group in rest if group["items"]],
        "zone": timezone.get_current_timezone_name(),
        "rest_current": any(item.get("current") for group in rest for item in group["items"]),
    }


@register.inclusion_tag("components/crumbs.html")
def crumbs(items: Iterable[Mapping[str, Any]] | None) -> dict[str, Any]:
    """Where I am: ``{label, url}`` from the top down; the last one has no need of a url."""
    return {"items": list(items or [])}


@register.inclusion_tag("components/tabs.html")
def tabs(
    items: Iterable[Mapping[str, Any]], label: str = "", *, wrap: bool = False
) -> dict[str, Any]:
    """``{label, url, current, count}`` each; many of them ``wrap``, so that all are in sight."""
    return {"items": items, "label": label or _("Sections"), "wrap": wrap}


@register.inclusion_tag("components/thread.html")
def thread(nodes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """From step to release: ``{kind, name, url, lit, here}`` each."""
    return {"nodes": nodes}


@register.inclusion_tag("components/stages.html")
def stages(items: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """``{number, name, note, url, done, here, part}`` each; ``part`` is 0 to 100 of the present."""
    return {"items": items, "label": label or _("Stages")}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """The pages of a list; keeps the rest of the query string."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else None

    def link(number: int) -> str:
        if query is None:
            return f"?{name}={number}"
        query[name] = str(number)
        return f"?{query.urlencode()}"

    numbers = [
        {"number": n, "url": link(n) if isinstance(n, int) else "", "current": n == page.number}
        for n in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page,
        "numbers": numbers,
        "previous": link(page.previous_page_number()) if page.has_previous() else "",
        "next": link(page.next_page_number()) if page.has_next() else "",
    }
