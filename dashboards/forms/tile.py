"""What the forms of all tiles have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import field_of
from dashboards.content.document import Tab, TileSpec
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
    "kpi_version", "kpi_versions", "bars", "line", "along", "up", "text", "grain", "over", "by",
    "across", "heat", "arrange", "standing", "hole", "totals", "title",
]  # fmt: skip
ARRANGED = [("grouped", _("Beside each other")), ("stacked", _("On each other"))]


def kpi_field(label: Any = None) -> forms.ModelChoiceField[KPIVersion]:
    """A KPI among those that the form offers."""
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
        self.fields["title"].help_text = self.title_help()
        self.fields["width"].initial = self.default_width
        for name in ("kpi_version", "kpi_versions", "bars", "line", "along", "up"):
            if name in self.fields:
                field_of(self, name, forms.ModelChoiceField).queryset = usable
        self.dimensions = [(column, column_label(column)) for column in dimensions]
        self.order_fields(ORDER)

    def title_help(self) -> str:
        """What a title is best, and what it can say."""
        return _now(
            "Best: the question, or what the figures say. {now}, {before}, {change}, {target} and "
            "{period} stand for figures and stay live."
        )

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
            "along": next(iter(tile.kpi_versions), None),
            "up": tile.kpi_versions[1] if len(tile.kpi_versions) > 1 else None,
            "arrange": tile.arrange,
            "standing": tile.standing,
            "hole": tile.hole,
            "totals": tile.totals,
            "across": f"grain:{tile.grain}" if tile.grain else f"across:{tile.across}",
            "heat": tile.heat,
            "compare": tile.compare,
            "text": tile.text,
            "picture": tile.picture,
            "alt": tile.alt,
        }
