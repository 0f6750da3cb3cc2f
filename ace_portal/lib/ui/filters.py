"""What narrows a page down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("components/filter_choice.html")
def filter_choice(
    name: str, label: str, options: Sequence[Mapping[str, Any]], *, find_from: int = 9
) -> dict[str, Any]:
    """Choose any of many: ``{value, label, count, selected}`` each. None chosen means all."""
    chosen = [option for option in options if option.get("selected")]
    return {
        "name": name,
        "label": label,
        "options": options,
        "chosen": chosen,
        "find": len(options) >= find_from,
    }


@register.inclusion_tag("components/filter_range.html")
def filter_range(
    label: str,
    presets: Sequence[Mapping[str, Any]],
    *,
    name: str = "period",
    start: date | None = None,
    end: date | None = None,
    shown: str = "",
) -> dict[str, Any]:
    """A stretch of time: presets ``{value, label, selected}`` or own dates, both ends included."""
    chosen = [preset["label"] for preset in presets if preset.get("selected")]
    return {
        "label": label,
        "presets": presets,
        "name": name,
        "start": start.isoformat() if start else "",
        "end": end.isoformat() if end else "",
        "own": not chosen,
        "shown": shown or (chosen[0] if chosen else ""),
    }
