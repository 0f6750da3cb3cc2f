"""A form for each type of tile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import ManyField, area, field_of
from dashboards.content.document.schema import MAX_KPIS
from dashboards.forms.images import ImageForm
from dashboards.forms.spreads import BoxForm, BulletForm, GaugeForm, HistogramForm, ScatterForm
from dashboards.forms.tile import ARRANGED, COMPARED, GRAINS, TileForm, kpi_field
from kpis.models import KPIVersion

__all__ = ["TILE_FORMS", "TileForm"]


class NumberForm(TileForm):
    type = "number"
    default_width = 3
    kpi_version = kpi_field()
    compare = forms.ChoiceField(
        label=_("Compare with"), choices=COMPARED, required=False, initial="previous"
    )

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        return super().tile(given) | {"compare": given["compare"] or "none"}


class LineForm(TileForm):
    type = "line"
    kpi_version = kpi_field()
    grain = forms.ChoiceField(label=_("One point for each"), choices=GRAINS, initial="month")
    by = forms.ChoiceField(label=_("A line for each"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _now("No split")), *self.dimensions]
        field_of(self, "by", forms.ChoiceField).choices = choices

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        out = super().tile(given) | {"grain": given["grain"]}
        return out | ({"by": given["by"]} if given["by"] else {})


class AreaForm(LineForm):
    """A line with the ground under it; split, the parts of a whole on each other."""

    type = "area"
    by = forms.ChoiceField(
        label=_("An area for each"), required=False,
        help_text=_("They lie on each other, so the KPI has to be a count or a sum."),
    )  # fmt: skip


class BarForm(TileForm):
    type = "bar"
    default_width = 6
    kpi_version = kpi_field()
    over = forms.ChoiceField(label=_("A bar for each"))
    by = forms.ChoiceField(
        label=_("Bars over time: split by"), required=False,
        help_text=_("Bars for a dimension are split by it already."),
    )  # fmt: skip
    arrange = forms.ChoiceField(
        label=_("Bars of one period"), choices=ARRANGED, required=False, initial="grouped"
    )
    standing = forms.BooleanField(label=_("Bars of a dimension stand"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "over", forms.ChoiceField).choices = [
            *((f"by:{column}", label) for column, label in self.dimensions),
            *((f"grain:{grain}", label) for grain, label in GRAINS),
        ]
        choices = [("", _now("No split")), *self.dimensions]
        field_of(self, "by", forms.ChoiceField).choices = choices

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        kind, name = given["over"].split(":", 1)
        out = super().tile(given) | {kind: name}
        if kind == "grain" and given["by"]:
            out["by"] = given["by"]
        if given["arrange"] == "stacked":
            out["arrange"] = "stacked"
        return out | ({"standing": True} if given["standing"] else {})


class CombinedForm(TileForm):
    type = "combined"
    bars = kpi_field(_("KPI of the bars"))
    line = kpi_field(_("KPI of the line"))
    grain = forms.ChoiceField(label=_("One bar for each"), choices=GRAINS, initial="month")

    def clean_line(self) -> KPIVersion:
        line: KPIVersion = self.cleaned_data["line"]
        if line == self.cleaned_data.get("bars"):
            raise forms.ValidationError(_now("Bars and line show two different KPIs."))
        return line

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        pks = [given["bars"].pk, given["line"].pk]
        return super().tile(given) | {"kpi_versions": pks, "grain": given["grain"]}


class PieForm(TileForm):
    type = "pie"
    default_width = 6
    kpi_version = kpi_field()
    by = forms.ChoiceField(label=_("A slice for each"))
    hole = forms.BooleanField(label=_("A ring, with the whole in its middle"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "by", forms.ChoiceField).choices = self.dimensions

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        out = super().tile(given) | {"by": given["by"]}
        return out | ({"hole": True} if given["hole"] else {})


class TableForm(TileForm):
    type = "table"
    kpi_versions = ManyField(
        label=_("KPIs"), queryset=KPIVersion.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    by = forms.ChoiceField(label=_("A row for each"))
    totals = forms.BooleanField(
        label=_("A row of the whole"), required=False,
        help_text=_("Counted from the rows of the data, not added up from the cells."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "by", forms.ChoiceField).choices = self.dimensions

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        pks = [version.pk for version in given["kpi_versions"]]
        out = super().tile(given) | {"kpi_versions": pks, "by": given["by"]}
        return out | ({"totals": True} if given["totals"] else {})


class PivotForm(TileForm):
    type = "pivot"
    kpi_version = kpi_field()
    by = forms.ChoiceField(label=_("A row for each"))
    across = forms.ChoiceField(label=_("A column for each"))
    heat = forms.BooleanField(
        label=_("Shade the cells"), required=False,
        help_text=_("The darker, the greater. The figure stands in each cell all the same."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "by", forms.ChoiceField).choices = self.dimensions
        field_of(self, "across", forms.ChoiceField).choices = [
            *((f"grain:{grain}", label) for grain, label in GRAINS),
            *((f"across:{column}", label) for column, label in self.dimensions),
        ]

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        kind, name = given["across"].split(":", 1)
        out = super().tile(given) | {"by": given["by"], kind: name}
        return out | ({"heat": True} if given["heat"] else {})


class FunnelForm(TileForm):
    """A list for each step, since the order is what a funnel is about."""

    type = "funnel"
    default_width = 6

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [f"step{n + 1}" for n in range(MAX_KPIS)]
        chosen = [*self.initial.get("kpi_versions", ()), *[None] * MAX_KPIS]
        for n, name in enumerate(names):
            field = kpi_field(_now("Step %(n)d") % {"n": n + 1})
            field.required, field.queryset, field.initial = n < 2, self.usable, chosen[n]
            self.fields[name] = field
        self.order_fields(names)

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        steps = [given[name] for n in range(MAX_KPIS) if given[name := f"step{n + 1}"]]
        return super().tile(given) | {"kpi_versions": [version.pk for version in steps]}


class WaterfallForm(TileForm):
    type = "waterfall"
    kpi_version = kpi_field()
    by = forms.ChoiceField(label=_("A step for each"))
    compare = forms.ChoiceField(
        label=_("Compare with"), choices=COMPARED[:2], required=False, initial="previous"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "by", forms.ChoiceField).choices = self.dimensions

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        out = super().tile(given) | {"by": given["by"]}
        return out | ({"compare": "year"} if given["compare"] == "year" else {})


class TextForm(TileForm):
    type = "text"
    text = area(
        8, label=_("Text"), max_length=5000, help_text=_("Markdown: **bold**, lists, links.")
    )

    def title_help(self) -> str:
        return ""

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        return super().tile(given) | {"text": given["text"]}


TILE_FORMS: dict[str, type[TileForm]] = {
    form.type: form
    for form in (
        NumberForm,
        LineForm,
        AreaForm,
        BarForm,
        CombinedForm,
        PieForm,
        TableForm,
        PivotForm,
        FunnelForm,
        WaterfallForm,
        BulletForm,
        GaugeForm,
        HistogramForm,
        BoxForm,
        ScatterForm,
        TextForm,
        ImageForm,
    )
}
