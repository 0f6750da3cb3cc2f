"""The tabs of a draft: added, named, put in another order, taken away; no tile is lost with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.document import Choice, Document, Tab
from dashboards.content.models import Dashboard, Version
from dashboards.content.saves import TABS
from dashboards.content.services.drafts import edit_draft, key_for


@dataclass(frozen=True)
class Removed:
    """The draft without the tab, and where its tiles are now, in a sentence."""

    version: Version
    said: str


def add_tab(*, actor: User, dashboard: Dashboard, revision: int, title: str) -> Version:
    """A tab at the end, with nothing on it; what a page without tabs showed is on one before it."""

    def change(document: Document) -> Document:
        tabs = document.tabs or (Tab("first", _("Overview")),)
        key = key_for(title, {tab.key for tab in tabs})
        named = replace(document, tabs=(*tabs, Tab(key, _named(title))))
        return _spelled_out(named)

    return edit_draft(actor, dashboard, revision, change, "tabs", touches=TABS)


def change_tab(
    *,
    actor: User,
    dashboard: Dashboard,
    revision: int,
    key: str,
    title: str | None = None,
    to: int | None = None,
) -> Version:
    """Another name, another place counted from nought, or both; what is None stays."""

    def change(document: Document) -> Document:
        document = _spelled_out(document)
        tabs = list(document.tabs)
        place = _place_of(document, key)
        tab = tabs.pop(place)
        tab = tab if title is None else replace(tab, title=_named(title))
        tabs.insert(place if to is None else min(max(to, 0), len(tabs)), tab)
        return replace(document, tabs=tuple(tabs))

    return edit_draft(actor, dashboard, revision, change, "tabs", touches=TABS)


def remove_tab(*, actor: User, dashboard: Dashboard, revision: int, key: str) -> Removed:
    """Its tiles go to the tab before it, of the first to the next; with one left there is none."""
    said = []

    def change(document: Document) -> Document:
        document = _spelled_out(document)
        place = _place_of(document, key)
        goal = document.tabs[place - 1 if place else 1]
        moved = len(document.tiles_on(key))
        said.append(
            ngettext("%(n)d tile is on “%(tab)s” now.", "%(n)d tiles are on “%(tab)s” now.", moved)
            % {"n": moved, "tab": goal.title}
        )
        return _joined(document, key, goal.key)

    version = edit_draft(actor, dashboard, revision, change, "tabs", touches=TABS)
    return Removed(version, said[-1])


def _joined(document: Document, key: str, goal: str) -> Document:
    """The document whose tab ``key`` is gone and whose tiles are on ``goal``."""
    left = tuple(tab for tab in document.tabs if tab.key != key)
    gone = [key] if len(left) > 1 else [key, goal]
    choices = [_scoped(document, choice, gone, goal) for choice in document.choices]
    ordered = [tile for _tab, tiles in document.by_tab for tile in tiles]
    tiles = [replace(tile, tab=goal) if tile.tab == key else tile for tile in ordered]
    if len(left) == 1:
        left, tiles = (), [replace(tile, tab="") for tile in tiles]
        choices = [replace(choice, tabs=()) for choice in choices]
    return replace(document, tabs=left, tiles=tuple(tiles), choices=tuple(choices))


def _scoped(document: Document, choice: Choice, gone: Sequence[str], goal: str) -> Choice:
    """The filter for the same tiles as before, though some of its tabs are not there any more."""
    lost = [key for key in choice.tabs if key in gone]
    if not lost:
        return choice
    tiles = [tile.key for key in lost for tile in document.tiles_on(key) if tile.type != "text"]
    found = replace(
        choice,
        tabs=tuple(key for key in choice.tabs if key not in gone),
        tiles=tuple(dict.fromkeys([*choice.tiles, *tiles])),
    )
    return found if found.tabs or found.tiles else replace(found, tabs=(goal,))


def _spelled_out(document: Document) -> Document:
    """Each tile names its tab, so that another one can be the first."""
    return document.with_tiles(replace(tile, tab=document.tab_of(tile)) for tile in document.tiles)


def _named(title: str) -> str:
    name = " ".join(title.split())
    if not name:
        raise Invalid(_("A tab needs a name."), field="title")
    return name


def _place_of(document: Document, key: str) -> int:
    for place, tab in enumerate(document.tabs):
        if tab.key == key:
            return place
    raise Conflict(_("This tab is not in the draft any more."))
