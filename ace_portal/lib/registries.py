"""Where a lower app needs a higher one it asks here; the higher one signs in from ``ready()``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


class Registry(Generic[Item]):
    """Names and what stands behind them; a name is given once."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._items: dict[str, Item] = {}

    def register(self, name: str, item: Item) -> Item:
        if name in self._items and self._items[name] is not item:
            raise ValueError(f"{self.what} {name!r} is registered twice")
        self._items[name] = item
        return item

    def get(self, name: str) -> Item:
        try:
            return self._items[name]
        except KeyError:
            raise LookupError(f"there is no {self.what} {name!r}") from None

    def values(self) -> Iterator[Item]:
        return (item for _name, item in self.items())

    def items(self) -> Iterator[tuple[str, Item]]:
        return iter(sorted(self._items.items()))


#: kind of job → the function that does it, called with a ``jobs.services.Run``
job_handlers: Registry[Callable[[Any], None]] = Registry("job handler")

#: section of the navigation → its items, see ``navigation.py``
navigation_items: Registry[Any] = Registry("navigation item")

#: kind of thing → how it is found, see ``search.Provider``
search_providers: Registry[Any] = Registry("search provider")

#: name → something to do from the palette, see ``search.Action``
palette_actions: Registry[Any] = Registry("action of the palette")

#: name → what waits for a person, oldest first, at most ``needs.AT_MOST``: ``of(user)`` answers
#: ``needs.Need``s. The home page shows them; gates and adoption sign in like everything else.
needs: Registry[Callable[[Any], list[Any]]] = Registry("need")

#: name → what is told of a new live load, inside the transaction that makes it live
load_listeners: Registry[Callable[[Any], None]] = Registry("load listener")

#: name → what is told of a release, inside its transaction: ``listener(actor, version)``
release_listeners: Registry[Callable[[Any, Any], None]] = Registry("release listener")

#: name → lines that begin the notes of a draft's release: ``lines(version)``
release_notes: Registry[Callable[[Any], list[str]]] = Registry("release notes")

#: name → which KPIs' values a person may see, as primary keys; called with the person
value_grants: Registry[Callable[[Any], Any]] = Registry("grant of KPI values")

#: name → where KPIs are shown: ``uses(person, keys)`` answers {key: [{label, url}]}
kpi_uses: Registry[Callable[[Any, Sequence[int]], dict[int, list[dict[str, str]]]]] = Registry(
    "use of KPIs"
)

#: kind of event → which of some events a person may (still) read: ``readable(person, abouts)``
notification_kinds: Registry[Callable[[Any, Sequence[dict[str, Any]]], list[bool]]] = Registry(
    "notification kind"
)

#: name → what is told that a mail was sent, refused or left out, in the transaction of that
mail_listeners: Registry[Callable[[Any], None]] = Registry("mail listener")

#: name → what is told of a person whose account or roles have changed, inside the transaction:
#: ``listener(actor, person)``
person_listeners: Registry[Callable[[Any, Any], None]] = Registry("person listener")

#: what a link at the end of a mail ends → the function that ends it, called with a primary key
unsubscribers: Registry[Callable[[int], None]] = Registry("unsubscriber")

#: name → (stage, lines of its gate that an app adds): ``lines(dashboard)`` answers ``gates.Check``
gate_checks: Registry[tuple[int, Callable[[Any], list[Any]]]] = Registry("check of a gate")

#: name → a tab of every dashboard: ``tab(user, dashboard)`` answers {key, label, url, count}
dashboard_tabs: Registry[Callable[[Any, Any], dict[str, Any]]] = Registry("tab of a dashboard")

#: name → when each dashboard's first word was answered: ``told(keys)`` answers {key: moment}
first_answers: Registry[Callable[[Sequence[int]], dict[int, Any]]] = Registry("first answers")

#: name → how much people outside the ACE said of dashboards: ``told(keys, begins, ends)``
dashboard_voices: Registry[Callable[[Sequence[int], Any, Any], dict[int, int]]] = Registry(
    "voices of a dashboard"
)
