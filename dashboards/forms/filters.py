"""The filters of a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import day
from dashboards.content.document import Choice, Document
from dashboards.content.filters import PERIODS
from dashboards.content.kinds import KIND_NAMES, NUMBERS, kinds_for, written
from dashboards.content.rows import OWN
from dashboards.content.sources import Source
from dashboards.content.titles import column_label
from dashboards.forms.drafts import RevisionForm


def kinds_by_column(sources: Iterable[Source]) -> dict[str, list[str]]:
    """The columns that a page can be filtered by, those that split first, with their kinds."""
    sources = list(sources)
    dimensions = dict.fromkeys(column for source in sources for column in source.filters)
    types = {name: kind for source in sources for name, kind in source.own_types.items()}
    found = {column: kinds_for(column, dimensions, types) for column in dimensions}
    numbers = (
        name
        for name, kind in types.items()
        if kind in NUMBERS and name not in found and name != OWN
    )
    return found | {name: ["range"] for name in numbers}


class FiltersForm(RevisionForm):
    """The range that the page opens with, and its filters."""

    preset = forms.ChoiceField(
        label=_("The page opens with"),
        choices=[*PERIODS.items(), ("own", _("Own dates"))],
    )
    start = day(label=_("From"), required=False)
    end = day(label=_("To, included"), required=False)

    drill = forms.CharField(
        label=_("Drill down by"),
        help_text=_(
            "Columns from the top, one a line, two at least: who chooses a value of the first sees "
            "it split by the second."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def __init__(
        self, *args: Any, document: Document, sources: Iterable[Source], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = {choice.column: choice for choice in document.choices}
        kinds = kinds_by_column(sources)
        self.columns = list(dict.fromkeys([*chosen, *kinds]))
        for place, column in enumerate(self.columns):
            now = chosen.get(column)
            self.fields[f"use_{place}"] = forms.BooleanField(
                label=_now("Filter by %(label)s") % {"label": column_label(column)},
                required=False,
                initial=column in chosen,
            )
            self.fields[f"label_{place}"] = forms.CharField(
                label=_now("Name of the filter by %(label)s") % {"label": column_label(column)},
                max_length=60,
                required=False,
                initial=now.label if now is not None else column_label(column),
            )
            offered = list(dict.fromkeys([*([now.kind] if now else []), *kinds.get(column, [])]))
            self.fields[f"kind_{place}"] = forms.ChoiceField(
                label=_now("Kind of the filter by %(label)s") % {"label": column_label(column)},
                choices=[(kind, KIND_NAMES[kind]) for kind in KIND_NAMES if kind in offered],
                required=False,
                initial=offered[0],
            )
            self._more(place, column, now, document)
        self.fields["drill"].initial = "\n".join(document.drill)
        period = document.period
        self.fields["preset"].initial = period.preset
        self.fields["start"].initial, self.fields["end"].initial = period.start, period.end

    def _more(self, place: int, column: str, now: Choice | None, document: Document) -> None:
        """What a filter begins with, and for what it is."""
        name = {"label": column_label(column)}
        self.fields[f"default_{place}"] = forms.CharField(
            label=_now("%(label)s at the start") % name,
            help_text=_now(
                "One value a line, ~ for the empty one. Of a range the first line is from, the "
                "second to; of yes or no write true or false."
            ),
            widget=forms.Textarea(attrs={"rows": 2}),
            max_length=2000,
            required=False,
            initial="\n".join(written(value) for value in now.default) if now else "",
        )
        self.fields[f"required_{place}"] = forms.BooleanField(
            label=_now("Nothing is shown before %(label)s is chosen") % name,
            required=False,
            initial=bool(now and now.required),
        )
        others = [(other, column_label(other)) for other in self.columns if other != column]
        above = document.choice(now.depends_on) if now else None
        self.fields[f"above_{place}"] = forms.ChoiceField(
            label=_now("%(label)s offers what is left by") % name,
            choices=[("", _now("Nothing else")), *others],
            required=False,
            initial=above.column if above else "",
        )
        tabs = [(tab.key, tab.title) for tab in document.tabs]
        if tabs:
            self.fields[f"tabs_{place}"] = forms.MultipleChoiceField(
                label=_now("Tabs for %(label)s; none means all") % name,
                choices=tabs,
                widget=forms.CheckboxSelectMultiple,
                required=False,
                initial=list(now.tabs) if now else [],
            )
        tiles = [(t.key, t.title or t.key) for t in document.tiles if t.type != "text"]
        self.fields[f"tiles_{place}"] = forms.MultipleChoiceField(
            label=_now("Tiles for %(label)s; none means all") % name,
            choices=tiles,
            widget=forms.CheckboxSelectMultiple,
            required=False,
            initial=list(now.tiles) if now else [],
        )

    def rows(self) -> list[tuple[forms.BoundField | None, ...]]:
        """Whether a column is a filter, its name and kind; how it begins and for what it is.

        In the place of the tabs None where the page has none.
        """
        parts = ("use", "label", "kind", "default", "required", "above", "tiles", "tabs")
        names = [[f"{part}_{n}" for part in parts] for n in range(len(self.columns))]
        return [tuple(self[one] if one in self.fields else None for one in row) for row in names]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        period: dict[str, Any] = {"preset": given["preset"]}
        if given["preset"] == "own":
            if not (given["start"] and given["end"]):
                self.add_error("start", _now("Own dates need both a first and a last day."))
                return given
            period |= {"from": given["start"].isoformat(), "to": given["end"].isoformat()}
        choices = [
            {
                "column": column,
                "label": given[f"label_{place}"] or column_label(column),
                "kind": given[f"kind_{place}"] or self.fields[f"kind_{place}"].initial,
                "default": given[f"default_{place}"],
                "required": given[f"required_{place}"],
                "depends_on": given[f"above_{place}"],
                "tiles": given[f"tiles_{place}"],
                "tabs": given.get(f"tabs_{place}", []),
            }
            for place, column in enumerate(self.columns)
            if given[f"use_{place}"]
        ]
        drill = [line.strip() for line in given["drill"].splitlines() if line.strip()]
        return {
            "revision": given["revision"], "period": period, "choices": choices, "drill": drill,
        }  # fmt: skip
