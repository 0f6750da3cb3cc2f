"""What one document does differently from another, in words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards.content.document import Choice, Document, Period, TileSpec
from dashboards.content.kinds import KIND_NAMES
from dashboards.content.spans import PERIODS, Span, span_words

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, as ``{% changes %}`` shows it."""

    kind: Kind
    what: str
    before: str = ""
    after: str = ""

    def sentence(self) -> str:
        """On one line, for release notes."""
        match self.kind:
            case "added":
                return _("Added: %(what)s") % {"what": self.what}
            case "removed":
                return _("Removed: %(what)s") % {"what": self.what}
            case _ if self.before or self.after:
                return _("%(what)s: %(after)s instead of %(before)s") % {
                    "what": self.what, "before": self.before or "–", "after": self.after or "–",
                }  # fmt: skip
            case _:
                return _("Changed: %(what)s") % {"what": self.what}


def compare(old: Document, new: Document, names: Mapping[int, str]) -> list[Change]:
    """From ``old`` to ``new``; ``names`` says what each KPI version is called."""
    before = {tile.key: tile for tile in old.tiles}
    after = {tile.key: tile for tile in new.tiles}
    found = [
        Change("removed", tile_name(tile, names))
        for key, tile in before.items()
        if key not in after
    ]
    for key, tile in after.items():
        if key not in before:
            found.append(Change("added", tile_name(tile, names)))
        else:
            found += _tile_changes(before[key], tile, names)
            found += _tab_change(old, new, tile, names)
    return [*_tabs(old, new), *found, *_order(old, new), *_filters(old, new)]


def _tabs(old: Document, new: Document) -> list[Change]:
    before, after = ({tab.key: tab.title for tab in document.tabs} for document in (old, new))
    both = before.keys() & after.keys()

    def name(title: str) -> str:
        return _("Tab “%(title)s”") % {"title": title}

    found = [Change("removed", name(title)) for key, title in before.items() if key not in both]
    found += [Change("added", name(title)) for key, title in after.items() if key not in both]
    found += [
        Change("changed", _("Name of a tab"), before[key], title)
        for key, title in after.items()
        if key in both and before[key] != title
    ]
    orders = [[key for key in keys if key in both] for keys in (before, after)]
    return found + ([Change("changed", _("Order of the tabs"))] if orders[0] != orders[1] else [])


def _tab_change(
    old: Document, new: Document, tile: TileSpec, names: Mapping[int, str]
) -> list[Change]:
    """That a tile is on another tab; a page without tabs counts as the first of the other's."""
    if not new.tabs:
        return []
    was = next(one for one in old.tiles if one.key == tile.key)
    before, after = old.tab_of(was) or new.tabs[0].key, new.tab_of(tile)
    if before == after:
        return []
    what = f"{tile_name(tile, names)}, {_('tab')}"
    return [Change("changed", what, *map(_title_in(old, new), (before, after)))]


def _title_in(*documents: Document) -> Callable[[str], str]:
    """What a tab is called in the last of the documents that has it."""
    titles = {tab.key: tab.title for document in documents for tab in document.tabs}
    return lambda key: titles.get(key, "")


def tile_name(tile: TileSpec, names: Mapping[int, str]) -> str:
    """How people call a tile."""
    shown = tile.title or ", ".join(names.get(pk, "?") for pk in tile.kpi_versions)
    shown = shown or " ".join(tile.text.split())[:60]
    return f"{TYPE_NAMES[tile.type]()} “{shown}”"


TYPE_NAMES: dict[str, Callable[[], str]] = {
    "number": lambda: _("Number"),
    "line": lambda: _("Line"),
    "area": lambda: _("Area"),
    "bar": lambda: _("Bars"),
    "combined": lambda: _("Bars and a line"),
    "pie": lambda: _("Pie"),
    "table": lambda: _("Table"),
    "pivot": lambda: _("Pivot table"),
    "funnel": lambda: _("Funnel"),
    "waterfall": lambda: _("Waterfall"),
    "text": lambda: _("Text"),
}


def _tile_changes(old: TileSpec, new: TileSpec, names: Mapping[int, str]) -> list[Change]:
    name = tile_name(new, names)

    def kpis(tile: TileSpec) -> str:
        return ", ".join(names.get(pk, "?") for pk in tile.kpi_versions)

    pairs = [
        (_("title"), old.title, new.title),
        (_("chart"), TYPE_NAMES[old.type](), TYPE_NAMES[new.type]()),
        (_("KPI"), kpis(old), kpis(new)),
        (_("period"), old.grain or "", new.grain or ""),
        (_("split by"), old.by or "", new.by or ""),
        (_("comparison"), old.compare, new.compare),
        (_("arrangement"), *_arranged(old, new)),
        (_("columns"), old.across or "", new.across or ""),
        (_("shades"), _yes(old.heat), _yes(new.heat)),
        (_("row of the whole"), _yes(old.totals), _yes(new.totals)),
        (_("width"), str(old.width), str(new.width)),
        (_("height"), str(old.height or ""), str(new.height or "")),
        (_("text"), old.text, new.text),
    ]
    return [
        Change("changed", f"{name}, {part}", _short(before), _short(after))
        for part, before, after in pairs
        if before != after
    ]


def _arranged(old: TileSpec, new: TileSpec) -> tuple[str, str]:
    """How the parts of a chart stood and stand; nothing where there is but one way, or where the
    chart is another one."""
    if (old.type, old.grain is None) != (new.type, new.grain is None):
        return "", ""
    return _standing(old), _standing(new)


def _standing(tile: TileSpec) -> str:
    if tile.type == "pie":
        return _("a ring") if tile.hole else _("a full circle")
    if tile.type != "bar":
        return ""
    if tile.grain is None:
        return _("standing") if tile.standing else _("lying")
    return _("on each other") if tile.arrange == "stacked" else _("beside each other")


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 120 else flat[:119] + "…"


def _order(old: Document, new: Document) -> list[Change]:
    both = {tile.key for tile in old.tiles} & {tile.key for tile in new.tiles}
    before = [tile.key for tile in old.tiles if tile.key in both]
    after = [tile for tile in new.tiles if tile.key in both]
    if before == [tile.key for tile in after]:
        return []
    return [Change("changed", _("Order of the tiles"))]


def _filters(old: Document, new: Document) -> list[Change]:
    before = {choice.column: choice.label for choice in old.choices}
    after = {choice.column: choice.label for choice in new.choices}
    found = [
        Change("removed", _("Filter by %(label)s") % {"label": label})
        for column, label in before.items()
        if column not in after
    ]
    for column, label in after.items():
        if column not in before:
            found.append(Change("added", _("Filter by %(label)s") % {"label": label}))
        elif before[column] != label:
            found.append(Change("changed", _("Name of a filter"), before[column], label))
    if old.drill != new.drill:
        ways = [", ".join(map(document.label_of, document.drill)) for document in (old, new)]
        found.append(Change("changed", _("Way down"), *ways))
    kinds = {choice.column: choice.kind for choice in old.choices}
    for choice in new.choices:
        if kinds.get(choice.column, choice.kind) != choice.kind:
            name = _("Kind of the filter by %(label)s") % {"label": choice.label}
            was, now = KIND_NAMES[kinds[choice.column]], KIND_NAMES[choice.kind]
            found.append(Change("changed", name, str(was), str(now)))
    scopes = {choice.column: _scope(old, choice) for choice in old.choices}
    for choice in new.choices:
        scope = _scope(new, choice)
        if scopes.get(choice.column, scope) != scope:
            name = _("For what the filter by %(label)s is") % {"label": choice.label}
            found.append(Change("changed", name, scopes[choice.column], scope))
    if old.period != new.period:
        found.append(
            Change("changed", _("Period at the start"), _period(old.period), _period(new.period))
        )
    return found


def _scope(document: Document, choice: Choice) -> str:
    """The tabs and how many single tiles a filter is for."""
    if not (choice.tabs or choice.tiles):
        return _("the whole page")
    tabs = [tab.title for tab in document.tabs if tab.key in choice.tabs]
    n = len(choice.tiles)
    tiles = [ngettext("%(n)d tile", "%(n)d tiles", n) % {"n": n}] if n else []
    return ", ".join([*tabs, *tiles])


def _period(period: Period) -> str:
    if period.preset in PERIODS:
        return str(PERIODS[period.preset])
    if period.start is None or period.end is None:
        return ""
    return span_words(Span.of_days(period.start, period.end))
