"""Rows of things that belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()

MESSAGE_ICONS = {"success": "good", "warning": "watch", "error": "bad"}
CHANGE_ICONS = {"added": "plus", "removed": "minus", "changed": "edit"}


@register.inclusion_tag("components/checks.html")
def checks(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """``{kind, text, value, need, url}`` each; kind is good, watch, bad or none."""
    words = {"good": _("Met"), "watch": _("Open"), "bad": _("Not met"), "none": _("Not started")}
    return {"items": [{**item, "word": item.get("word") or words[item["kind"]]} for item in items]}


@register.inclusion_tag("components/facts.html")
def facts(rows: Iterable[Sequence[Any]], *, side: bool = False) -> dict[str, Any]:
    """A definition list of (term, value) or (term, value, url)."""
    cells = [(row[0], row[1], row[2] if len(row) > 2 else "") for row in rows]
    return {"rows": cells, "side": side}


@register.inclusion_tag("components/changes.html")
def changes(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Differences in words: ``{kind, what, before, after}``; kind is added, removed or changed."""
    words = {"added": _("Added"), "removed": _("Removed"), "changed": _("Changed")}
    return {
        "items": [
            {**item, "icon_name": CHANGE_ICONS[item["kind"]], "word": words[item["kind"]]}
            for item in items
        ]
    }


@register.inclusion_tag("components/messages.html")
def message_list(messages: Iterable[Any]) -> dict[str, Any]:
    items = [
        {
            "text": message,
            "kind": (message.level_tag or "info"),
            "icon_name": MESSAGE_ICONS.get(message.level_tag, "info"),
        }
        for message in messages or []
    ]
    return {"items": items}
