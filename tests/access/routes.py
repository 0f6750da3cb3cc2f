"""Every route of the portal, read from the URL table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from ace_portal.lib.permissions import Door


@dataclass(frozen=True)
class Route:
    """One entry of the URL table. ``name`` carries its namespaces: ``personas:service-detail``."""

    name: str
    parameters: tuple[str, ...]
    callback: Any

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    def door(self, method: str) -> Door | None:
        """The door that the view declares for a method; None is a view without one."""
        view = getattr(self.callback, "cls", None)
        if view is not None:
            doors: dict[str, Door] = getattr(view, "doors", {})
            return doors.get(method) or getattr(view, "door", None)
        return getattr(self.callback, "door", None)


def all_routes() -> list[Route]:
    return sorted(_walk(get_resolver(), "", ()), key=lambda route: route.name)


def _walk(resolver: URLResolver, prefix: str, parameters: tuple[str, ...]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        mine = parameters + tuple(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from _walk(entry, inner, mine)
        elif isinstance(entry, URLPattern):
            yield Route(f"{prefix}{entry.name}", mine, entry.callback)
