"""How rows and columns of data are written on a page."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField
from django.template.defaultfilters import yesno
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def thousands(value: object) -> str:
    """``1234567`` as ``1,234,567``; nothing as a dash."""
    return f"{value:,}" if isinstance(value, int) else "–"


@register.filter
def in_words(value: object) -> object:
    """A value of a preview: yes and no as words, everything else as it is."""
    return yesno(value, _("yes,no")) if isinstance(value, bool) else value


@register.simple_tag
def choice_of(bound: BoundField) -> SafeString:
    """A list of choices alone, for a place that has its label elsewhere."""
    attrs: dict[str, Any] = {"class": "select"}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return bound.as_widget(attrs=attrs)
