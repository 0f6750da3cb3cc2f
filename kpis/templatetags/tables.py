"""How rows and columns of data are written on a page."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def thousands(value: object) -> str:
    """``1234567`` as ``1,234,567``; nothing as a dash."""
    return f"{value:,}" if isinstance(value, int) else "–"


@register.simple_tag
def choice_of(bound: BoundField) -> SafeString:
    """A list of choices alone, for a place that has its label elsewhere."""
    attrs: dict[str, Any] = {"class": "select"}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return bound.as_widget(attrs=attrs)
