"""Boxes around a page's own markup, and what stands in a menu."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    note: str = "",
    *,
    id: str = "",
    level: int = 2,
    url: str = "",
    action: str = "",
    kind: str = "",
) -> SafeString:
    """A surface with a heading, a note or a link at its end, and the content of the block."""
    return render_to_string(
        "components/card.html",
        {
            "content": content,
            "title": title,
            "note": note,
            "id": id,
            "level": level,
            "url": url,
            "action": action,
            "kind": kind,
        },
    )


@register.simple_block_tag
def menu(content: str, label: str, *, icon: str = "more", button: str = "") -> SafeString:
    """A button that opens a sheet of ``menu_item`` and ``menu_post``; ``label`` says of what."""
    return render_to_string(
        "components/menu.html",
        {"content": content, "label": label, "icon_name": icon, "button": button},
    )


@register.inclusion_tag("components/menu_item.html")
def menu_item(label: str, url: str, *, icon: str = "", key: str = "", panel: bool = False) -> Any:
    """A link in a menu; ``key`` is its shortcut, ``panel`` opens it beside the page."""
    return {"label": label, "url": url, "icon_name": icon, "key": key, "panel": panel}


@register.inclusion_tag("components/menu_post.html", takes_context=True)
def menu_post(
    context: Context, label: str, url: str, *, icon: str = "", name: str = "", value: str = ""
) -> dict[str, Any]:
    """A deed in a menu: a form with one button."""
    return {
        "csrf_token": context.get("csrf_token", ""),
        "label": label,
        "url": url,
        "icon_name": icon,
        "name": name,
        "value": value,
    }
