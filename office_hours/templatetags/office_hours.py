"""How sessions show themselves on a dashboard's tiles."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

register = template.Library()


@register.inclusion_tag("components/menu_item.html")
def book_item(slug: str, key: str, query: str) -> dict[str, Any]:
    """In a tile's menu. It depends on nothing else: a tile is written once for all its readers."""
    url = reverse("office_hours:tile-book", args=[slug, key])
    return {
        "label": _("Book a session"), "icon_name": "cal", "url": f"{url}?{query}" if query else url,
    }  # fmt: skip
