"""The filters of a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import day
from dashboards.content.document import Document
from dashboards.content.filters import PERIODS
from dashboards.content.sources import Source
from dashboards.content.titles import column_label
from dashboards.forms.drafts import RevisionForm


class FiltersForm(RevisionForm):
    """The range that the page opens with, and which dimensions are dropdowns."""

    preset = forms.ChoiceField(
        label=_("The page opens with"),
        choices=[*PERIODS.items(), ("own", _("Own dates"))],
    )
    start = day(label=_("From"), required=False)
    end = day(label=_("To, included"), required=False)

    def __init__(
        self, *args: Any, document: Document, sources: Iterable[Source], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = {choice.column: choice.label for choice in document.choices}
        found = dict.fromkeys(column for source in sources for column in source.filters)
        self.columns = list(dict.fromkeys([*chosen, *found]))
        for place, column in enumerate(self.columns):
            label = chosen.get(column) or column_label(column)
            self.fields[f"use_{place}"] = forms.BooleanField(
                label=_now("Filter by %(label)s") % {"label": column_label(column)},
                required=False,
                initial=column in chosen,
            )
            self.fields[f"label_{place}"] = forms.CharField(
                label=_now("Name of the filter by %(label)s") % {"label": column_label(column)},
                max_length=60,
                required=False,
                initial=label,
            )
        period = document.period
        self.fields["preset"].initial = period.preset
        self.fields["start"].initial, self.fields["end"].initial = period.start, period.end

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Whether a dimension is a dropdown, and its name."""
        return [(self[f"use_{n}"], self[f"label_{n}"]) for n in range(len(self.columns))]

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
            {"column": column, "label": given[f"label_{place}"] or column_label(column)}
            for place, column in enumerate(self.columns)
            if given[f"use_{place}"]
        ]
        return {"revision": given["revision"], "period": period, "choices": choices}
