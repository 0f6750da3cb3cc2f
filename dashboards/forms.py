"""The shape of what people type about dashboards, tiles and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import ManyField
from dashboards.content.board import column_label
from dashboards.content.document import Document, TileSpec
from dashboards.content.filters import PERIODS
from dashboards.content.models import Dashboard
from dashboards.content.sources import Source
from kpis.models import KPIVersion
from personas.models import Persona, UserGroup
from personas.selectors import people_of_ace

WIDTHS = [
    (3, _("A quarter")), (4, _("A third")), (5, _("Five twelfths")), (6, _("A half")),
    (7, _("Seven twelfths")), (8, _("Two thirds")), (9, _("Three quarters")),
    (12, _("The whole row")),
]  # fmt: skip
GRAINS = [
    ("day", _("Day")), ("week", _("Week")), ("month", _("Month")), ("quarter", _("Quarter")),
    ("year", _("Year")),
]  # fmt: skip


def area(rows: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class DashboardForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    problem = area(
        3, label=_("Problem"), help_text=_("What goes wrong today, without a solution in it.")
    )
    hypothesis = area(
        3, label=_("Hypothesis"), help_text=_("If these people see this, then what will change?")
    )
    success_measure = area(
        2, label=_("Success measure"), help_text=_("How will you know, and by when?")
    )
    persona = forms.ModelChoiceField(label=_("Persona"), queryset=Persona.objects.all())
    groups = ManyField(
        label=_("For the groups"),
        queryset=UserGroup.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    editors = ManyField(
        label=_("Editors"),
        queryset=people_of_ace(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They work on the draft beside the owner."),
    )
    sponsor = forms.CharField(label=_("Sponsor"), max_length=120, required=False)
    review_due = day(label=_("Review due"), help_text=_("When you decide: go on, turn, or stop."))

    @staticmethod
    def initial_of(dashboard: Dashboard) -> dict[str, Any]:
        simple = ("name", "problem", "hypothesis", "success_measure", "sponsor", "review_due")
        return {name: getattr(dashboard, name) for name in simple} | {
            "persona": dashboard.persona,
            "groups": dashboard.groups.all(),
            "editors": dashboard.editors.all(),
        }


class RevisionForm(forms.Form):
    """What a save needs to know that nobody else has saved since."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class MoveForm(RevisionForm):
    to = forms.IntegerField(widget=forms.HiddenInput)


class KPIField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class KPIsField(ManyField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


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
                self.fields[name].queryset = usable  # type: ignore[attr-defined]
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
            "compare": tile.compare == "previous",
            "text": tile.text,
        }


class NumberForm(TileForm):
    type = "number"
    default_width = 3
    kpi_version = KPIField(
        label=_("KPI"), queryset=KPIVersion.objects.none(), empty_label=_("Choose a KPI")
    )
    compare = forms.BooleanField(
        label=_("Compare with the stretch before"), required=False, initial=True
    )

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        return super().tile(given) | {"compare": "previous" if given["compare"] else "none"}


class LineForm(TileForm):
    type = "line"
    kpi_version = KPIField(
        label=_("KPI"), queryset=KPIVersion.objects.none(), empty_label=_("Choose a KPI")
    )
    grain = forms.ChoiceField(label=_("One point for each"), choices=GRAINS, initial="month")
    by = forms.ChoiceField(label=_("A line for each"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].choices = [("", _now("No split")), *self.dimensions]  # type: ignore[attr-defined]

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        out = super().tile(given) | {"grain": given["grain"]}
        return out | ({"by": given["by"]} if given["by"] else {})


class BarForm(TileForm):
    type = "bar"
    default_width = 6
    kpi_version = KPIField(
        label=_("KPI"), queryset=KPIVersion.objects.none(), empty_label=_("Choose a KPI")
    )
    over = forms.ChoiceField(label=_("A bar for each"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["over"].choices = [  # type: ignore[attr-defined]
            *((f"by:{column}", label) for column, label in self.dimensions),
            *((f"grain:{grain}", label) for grain, label in GRAINS),
        ]

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        kind, name = given["over"].split(":", 1)
        return super().tile(given) | {kind: name}


class TableForm(TileForm):
    type = "table"
    kpi_versions = KPIsField(
        label=_("KPIs"), queryset=KPIVersion.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    by = forms.ChoiceField(label=_("A row for each"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].choices = self.dimensions  # type: ignore[attr-defined]

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
TILE_LABELS: dict[str, Callable[[], str]] = {
    "number": lambda: _now("Number"),
    "line": lambda: _now("Line"),
    "bar": lambda: _now("Bars"),
    "table": lambda: _now("Table"),
    "text": lambda: _now("Text"),
}


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
        found = dict.fromkeys(column for source in sources for column in source.dimensions)
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


class ReleaseForm(forms.Form):
    notes = area(
        6,
        label=_("Release notes"),
        required=False,
        help_text=_("What is different, for the people who use it."),
    )


class LaunchForm(forms.Form):
    group = forms.ModelChoiceField(
        label=_("Open it to"), queryset=UserGroup.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, dashboard: Dashboard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_now = dashboard.launches.filter(ended_at__isnull=True).values("group")
        groups = UserGroup.objects.exclude(pk__in=open_now)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
