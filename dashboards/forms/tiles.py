"""A form for each type of tile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import ManyField, area, field_of
from dashboards.content.document import TileSpec
from dashboards.content.titles import column_label
from dashboards.forms.drafts import RevisionForm
from kpis.models import KPIVersion

WIDTHS = [
    (2, _("A sixth")), (3, _("A quarter")), (4, _("A third")), (5, _("Five twelfths")),
    (6, _("A half")),
    (7, _("Seven twelfths")), (8, _("Two thirds")), (9, _("Three quarters")),
    (10, _("Ten twelfths")), (11, _("Eleven twelfths")), (12, _("The whole row")),
]  # fmt: skip
GRAINS = [
    ("day", _("Day")), ("week", _("Week")), ("month", _("Month")), ("quarter", _("Quarter")),
    ("year", _("Year")),
]  # fmt: skip

COMPARED = [
    ("previous", _("The stretch before")), ("year", _("The same stretch a year before")),
    ("target", _("The target")), ("baseline", _("The baseline")), ("none", _("Nothing")),
]  # fmt: skip


def _kpi_field() -> forms.ModelChoiceField[KPIVersion]:
    return forms.ModelChoiceField(
        label=_("KPI"), queryset=KPIVersion.objects.none(), empty_label=_("Choose a KPI")
    )


class TileForm(RevisionForm):
    """What all tiles have; each type adds its own."""

    type = ""
    default_width = 12

    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    width = forms.TypedChoiceField(label=_("Width"), coerce=int, choices=WIDTHS)

    def __init__(
        self,
        *args: Any,
        usable: QuerySet[KPIVersion],
        dimensions: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].help_text = _now("Best: the question, or what the figures say.")
        self.fields["width"].initial = self.default_width
        for name in ("kpi_version", "kpi_versions"):
            if name in self.fields:
                field_of(self, name, forms.ModelChoiceField).queryset = usable
        self.dimensions = [(column, column_label(column)) for column in dimensions]
        self.order_fields(["kpi_version", "kpi_versions", "text", "grain", "by", "over", "title"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        return {"revision": given.pop("revision"), "tile": {"type": self.type, **self.tile(given)}}

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        out = {"title": given["title"], "width": given["width"]}
        if "kpi_version" in given:
            out["kpi_version"] = given["kpi_version"].pk
        return out

    @staticmethod
    def initial_of(tile: TileSpec) -> dict[str, Any]:
        return {
            "title": tile.title,
            "width": tile.width,
            "kpi_version": next(iter(tile.kpi_versions), None),
            "kpi_versions": list(tile.kpi_versions),
            "grain": tile.grain,
            "by": tile.by or "",
            "over": f"grain:{tile.grain}" if tile.grain else f"by:{tile.by}",
            "compare": tile.compare,
            "text": tile.text,
        }


class NumberForm(TileForm):
    type = "number"
    default_width = 3
    kpi_version = _kpi_field()
    compare = forms.ChoiceField(
        label=_("Compare with"), choices=COMPARED, required=False, initial="previous"
    )

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        return super().tile(given) | {"compare": given["compare"] or "none"}


class LineForm(TileForm):
    type = "line"
    kpi_version = _kpi_field()
    grain = forms.ChoiceField(label=_("One point for each"), choices=GRAINS, initial="month")
    by = forms.ChoiceField(label=_("A line for each"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _now("No split")), *self.dimensions]
        field_of(self, "by", forms.ChoiceField).choices = choices

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        out = super().tile(given) | {"grain": given["grain"]}
        return out | ({"by": given["by"]} if given["by"] else {})


class BarForm(TileForm):
    type = "bar"
    default_width = 6
    kpi_version = _kpi_field()
    over = forms.ChoiceField(label=_("A bar for each"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "over", forms.ChoiceField).choices = [
            *((f"by:{column}", label) for column, label in self.dimensions),
            *((f"grain:{grain}", label) for grain, label in GRAINS),
        ]

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        kind, name = given["over"].split(":", 1)
        return super().tile(given) | {kind: name}


class TableForm(TileForm):
    type = "table"
    kpi_versions = ManyField(
        label=_("KPIs"), queryset=KPIVersion.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    by = forms.ChoiceField(label=_("A row for each"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "by", forms.ChoiceField).choices = self.dimensions

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        pks = [version.pk for version in given["kpi_versions"]]
        return super().tile(given) | {"kpi_versions": pks, "by": given["by"]}


class TextForm(TileForm):
    type = "text"
    text = area(
        8, label=_("Text"), max_length=5000, help_text=_("Markdown: **bold**, lists, links.")
    )

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        return super().tile(given) | {"text": given["text"]}


TILE_FORMS: dict[str, type[TileForm]] = {
    form.type: form for form in (NumberForm, LineForm, BarForm, TableForm, TextForm)
}
