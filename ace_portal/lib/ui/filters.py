"""What narrows a page down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("components/filter_choice.html")
def filter_choice(
    name: str,
    label: str,
    options: Sequence[Mapping[str, Any]],
    *,
    find_from: int = 9,
    one: bool = False,
    find_url: str = "",
    more_url: str = "",
) -> dict[str, Any]:
    """Choose any of many, or ``one``: ``{value, label, count, selected}`` each. None means all.

    With ``find_url`` there are more values than the options: what is typed is searched there, and
    without script at ``more_url``.
    """
    chosen = [option for option in options if option.get("selected")]
    return {
        "name": name,
        "label": label,
        "options": options,
        "chosen": chosen,
        "find": len(options) >= find_from or bool(find_url),
        "one": one,
        "find_url": find_url,
        "more_url": more_url,
    }


@register.inclusion_tag("components/filter_between.html")
def filter_between(
    name: str, label: str, *, low: str = "", high: str = "", fault: str = ""
) -> dict[str, Any]:
    """From one number to another, either may be left open; ``fault`` says what is wrong."""
    shown = " – ".join((low or "…", high or "…")) if low or high else ""
    return {
        "name": name, "label": label, "low": low, "high": high, "fault": fault, "shown": shown,
    }  # fmt: skip


@register.inclusion_tag("components/filter_text.html")
def filter_text(name: str, label: str, *, text: str = "", fault: str = "") -> dict[str, Any]:
    """What a text contains; ``fault`` says what is wrong with what was typed."""
    return {"name": name, "label": label, "text": text, "fault": fault}


@register.inclusion_tag("components/filter_yes.html")
def filter_yes(name: str, label: str, *, value: str = "") -> dict[str, Any]:
    """Yes, no or either: ``value`` is "true", "false" or nothing."""
    return {"name": name, "label": label, "value": value}


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
