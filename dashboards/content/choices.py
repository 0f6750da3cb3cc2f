"""What the dropdowns of a page offer, and the colours of what its charts split by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.utils.translation import gettext as _

from ace_portal.lib.errors import PortalError
from dashboards import rendering as r
from dashboards.content.filters import written
from dashboards.content.planning import Page
from kpis.engine.answering import segment_text
from kpis.figures import values_of
from kpis.models import Dataset
from kpis.scopes import Reader, cuts_for, datasets_of

Segment = tuple[str | None, ...]
MAX_OPTIONS = 200


class Option(TypedDict):
    """One value of a dropdown, as ``{% filter_choice %}`` takes it."""

    value: str
    label: str
    selected: bool


@dataclass
class ChoiceView:
    key: str
    label: str
    options: list[Option]


def datasets_on(page: Page) -> list[Dataset]:
    """What the figures of a page come from."""
    return datasets_of(source.version for source in page.sources.values())


def offered_values(page: Page, reader: Reader) -> dict[str, list[str | None]]:
    """The values of each column that filters or splits, over all data that has it.

    Of what the reader does not see, no value is offered.
    """
    wanted = {choice.column for choice in page.document.choices}
    wanted |= {tile.by for tile in page.document.tiles if tile.by}
    sources = [one for source in page.sources.values() for one in source.leaves or (source,)]
    loads = {s.load.pk: s.load for s in sources if s.load is not None}
    cuts = cuts_for(reader, datasets_on(page)) if wanted else {}
    found: dict[str, dict[str | None, None]] = {column: {} for column in sorted(wanted)}
    for source in {s.version.dataset_id: s for s in sources}.values():
        dimensions = {
            column
            for other in sources
            if other.version.dataset_id == source.version.dataset_id
            for column in other.dimensions
        }
        load = loads.get(source.version.dataset.live_id or 0)
        for column in sorted(wanted & dimensions):
            if load is None or column not in load.types:
                continue
            try:
                values = values_of(
                    load, column, cuts.get(load.dataset_id), limit=MAX_OPTIONS
                ).values
            except PortalError:
                continue
            found[column].update(dict.fromkeys(segment_text(value) for value in values))
    return {column: list(values) for column, values in found.items()}


def colours_of(page: Page, offered: Mapping[str, Sequence[str | None]]) -> dict[Segment, str]:
    """From all values, not those that a filter leaves, so that a category keeps its hue."""
    tiles = page.document.tiles
    by = {tile.by for tile in tiles if tile.by and (tile.grain or tile.type == "pie")}
    found: dict[Segment, str] = {}
    for column in sorted(by):
        # Each dimension begins with the first hue: together they would come round to it early.
        found |= r.hues((value,) for value in offered.get(column, ()))
    return found


def choices_of(page: Page, offered: Mapping[str, Sequence[str | None]]) -> list[ChoiceView]:
    views = []
    for choice in page.document.choices:
        chosen = page.state.chosen.get(choice.key, ())
        # What was chosen is offered, even where there are too many values to list.
        values = list(dict.fromkeys([*offered.get(choice.column, ()), *chosen]))
        options = [
            Option(value=written(value), label=value or _("(empty)"), selected=value in chosen)
            for value in values
        ]
        views.append(ChoiceView(choice.key, choice.label, options))
    return views
