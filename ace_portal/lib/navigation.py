"""The rail: each app signs its entries in, and a person sees those that lead somewhere for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from ace_portal.lib.registries import navigation_items


@dataclass(frozen=True)
class Entry:
    """One line of the rail, lit on the paths that begin with one of ``prefixes`` or are its own."""

    label: str | Promise
    icon: str
    url_name: str
    order: int
    prefixes: tuple[str, ...] = ()
    group: str | Promise = ""
    visible: Callable[[Any], bool] = lambda user: True
    count: Callable[[Any], int] | None = None


def add_entry(name: str, entry: Entry) -> None:
    """Sign an entry in; called from ``AppConfig.ready()``."""
    navigation_items.register(name, entry)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``nav``, a list of groups ``{label, items}`` in order."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": []}
    lit = _longest_prefix(request.path, _all_entries())
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry in entries_for(user):
        groups.setdefault(str(entry.group), []).append(
            {
                "label": entry.label,
                "icon": entry.icon,
                "url": (url := reverse(entry.url_name)),
                "current": request.path == url or lit in entry.prefixes,
                "count": entry.count(user) if entry.count else 0,
            }
        )
    return {"nav": [{"label": label, "items": items} for label, items in groups.items()]}


def entries_for(user: Any) -> list[Entry]:
    """The entries that lead somewhere for the person, in their order."""
    return [entry for entry in _all_entries() if entry.visible(user)]


def _all_entries() -> list[Entry]:
    return sorted(navigation_items.values(), key=lambda entry: entry.order)


def _longest_prefix(path: str, entries: list[Entry]) -> str | None:
    """Of all prefixes that fit, the one that says most: ``/kpis/datasets/`` before ``/kpis/``."""
    fitting = [p for entry in entries for p in entry.prefixes if path.startswith(p)]
    return max(fitting, key=len, default=None)
