"""A form for each type of tile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import ManyField, area, field_of
from dashboards.content.document import Tab, TileSpec
from dashboards.content.document.schema import MAX_KPIS
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


#: what a form asks first
ORDER = [
    "kpi_version", "kpi_versions", "bars", "line", "text", "grain", "over", "by", "across", "heat",
    "arrange", "standing", "hole", "totals", "title",
]  # fmt: skip
ARRANGED = [("grouped", _("Beside each other")), ("stacked", _("On each other"))]


def _kpi_field(label: Any = None) -> forms.ModelChoiceField[KPIVersion]:
    return forms.ModelChoiceField(
        label=label or _("KPI"),
        queryset=KPIVersion.objects.none(),
        empty_label=_("Choose a KPI"),
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
        tabs: Iterable[Tab] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.usable = usable
        if choices := [(tab.key, tab.title) for tab in tabs]:
            field = forms.ChoiceField(label=_now("Tab"), choices=choices, required=False)
            self.fields["tab"] = field
        self.fields["title"].help_text = _now("Best: the question, or what the figures say.")
        self.fields["width"].initial = self.default_width
        for name in ("kpi_version", "kpi_versions", "bars", "line"):
            if name in self.fields:
                field_of(self, name, forms.ModelChoiceField).queryset = usable
        self.dimensions = [(column, column_label(column)) for column in dimensions]
        self.order_fields(ORDER)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        tab = {"tab": given["tab"]} if given.get("tab") else {}
        tile = {"type": self.type, **self.tile(given), **tab}
        return {"revision": given.pop("revision"), "tile": tile}

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
            "bars": next(iter(tile.kpi_versions), None),
            "line": tile.kpi_versions[1] if len(tile.kpi_versions) > 1 else None,
            "arrange": tile.arrange,
            "standing": tile.standing,
            "hole": tile.hole,
            "totals": tile.totals,
            "across": f"grain:{tile.grain}" if tile.grain else f"across:{tile.across}",
            "heat": tile.heat,
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
    kpi_version = _kpi_field()
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
    bars = _kpi_field(_("KPI of the bars"))
    line = _kpi_field(_("KPI of the line"))
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
    kpi_version = _kpi_field()
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
    kpi_version = _kpi_field()
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
            field = _kpi_field(_now("Step %(n)d") % {"n": n + 1})
            field.required, field.queryset, field.initial = n < 2, self.usable, chosen[n]
            self.fields[name] = field
        self.order_fields(names)

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        steps = [given[name] for n in range(MAX_KPIS) if given[name := f"step{n + 1}"]]
        return super().tile(given) | {"kpi_versions": [version.pk for version in steps]}


class WaterfallForm(TileForm):
    type = "waterfall"
    kpi_version = _kpi_field()
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
        TextForm,
    )
}
