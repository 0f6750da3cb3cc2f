"""Small parts, in a line of text or beside a heading."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ace_portal.lib.moments import lasting, when

register = template.Library()

STATUS_ICONS = {"good": "good", "watch": "watch", "bad": "bad", "none": "none", "live": "live"}
NOTICE_ICONS = {"bad": "bad", "watch": "watch", "none": "info"}
DELTA_ICONS = {"up": "up", "down": "dn", "flat": "flat"}

register.simple_tag(when)
register.simple_tag(lasting)


@register.simple_tag
def icon(name: str, label: str = "", size: int = 16) -> SafeString:
    """An icon of the sprite; with ``label`` it speaks, without it is decoration."""
    if not label:
        return _decoration(str(name), size)
    return _drawn(name, size, format_html('role="img" aria-label="{}"', label))


@lru_cache(maxsize=256)
def _decoration(name: str, size: int) -> SafeString:
    return _drawn(name, size, 'aria-hidden="true"')


def _drawn(name: str, size: int, voice: str) -> SafeString:
    css = "icon" if size == 16 else f"icon icon--{size}"
    return format_html(
        '<svg class="{}" {}><use href="{}#i-{}"/></svg>',
        css,
        mark_safe(voice),
        static("icons.svg"),
        name,
    )


@register.inclusion_tag("components/status.html")
def status(kind: str, word: str, *, pill: bool = False, icon: str = "") -> dict[str, Any]:
    """good, watch, bad, none or live: always an icon and a word."""
    name = icon or STATUS_ICONS.get(kind, "none")
    return {"kind": kind, "word": word, "pill": pill, "icon_name": name}


@register.inclusion_tag("components/delta.html")
def delta(text: str, direction: str, tone: str = "none", note: str = "") -> dict[str, Any]:
    """A change: which way (up, down, flat) and whether that is good, bad or neither."""
    words = {"up": _("up"), "down": _("down"), "flat": _("unchanged")}
    return {
        "text": text,
        "tone": tone,
        "note": note,
        "icon_name": DELTA_ICONS.get(direction, "flat"),
        "word": words.get(direction, ""),
    }


@register.inclusion_tag("components/avatar.html")
def avatar(name: str, *, size: int = 24, me: bool = False) -> dict[str, Any]:
    parts = [part for part in str(name).replace("-", " ").split() if part[0].isalnum()]
    initials = "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()
    return {"initials": initials or "?", "size": size, "me": me}


@register.inclusion_tag("components/progress.html")
def progress(
    label: str,
    value: float | None = None,
    maximum: float = 100,
    note: str = "",
    *,
    bad: bool = False,
) -> dict[str, Any]:
    """How far long work has come; without ``value`` it only says that it runs."""
    return {"label": label, "value": value, "max": maximum, "note": note, "bad": bad}


@register.inclusion_tag("components/empty.html")
def empty(
    title: str, text: str = "", action: str = "", url: str = "", *, level: int = 2
) -> dict[str, Any]:
    """What this place is for and the next step."""
    return {"title": title, "text": text, "action": action, "url": url, "level": level}


@register.inclusion_tag("components/notice.html")
def notice(kind: str, text: str, action: str = "", url: str = "") -> dict[str, Any]:
    """Something that the reader of this page must know: bad, watch or none."""
    name = NOTICE_ICONS.get(kind, "info")
    return {"kind": kind, "text": text, "action": action, "url": url, "icon_name": name}
