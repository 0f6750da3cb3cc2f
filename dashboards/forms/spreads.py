"""Forms of tiles that hold a figure against its target, or show how values lie."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import field_of
from dashboards.forms.tile import TileForm, kpi_field
from kpis.models import KPIVersion


class BulletForm(TileForm):
    """The target comes with the KPI."""

    type = "bullet"
    default_width = 6
    kpi_version = kpi_field()


class GaugeForm(BulletForm):
    type = "gauge"
    default_width = 4


class HistogramForm(TileForm):
    type = "histogram"
    default_width = 6
    kpi_version = kpi_field()


class BoxForm(TileForm):
    type = "box"
    default_width = 6
    kpi_version = kpi_field()
    by = forms.ChoiceField(label=_("A box for each"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "by", forms.ChoiceField).choices = self.dimensions

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        return super().tile(given) | {"by": given["by"]}


class ScatterForm(TileForm):
    type = "scatter"
    default_width = 6
    along = kpi_field(_("KPI from left to right"))
    up = kpi_field(_("KPI from bottom to top"))
    by = forms.ChoiceField(label=_("A mark for each"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "by", forms.ChoiceField).choices = self.dimensions

    def clean_up(self) -> KPIVersion:
        up: KPIVersion = self.cleaned_data["up"]
        if up == self.cleaned_data.get("along"):
            raise forms.ValidationError(_now("Left to right and bottom to top are two KPIs."))
        return up

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        pks = [given["along"].pk, given["up"].pk]
        return super().tile(given) | {"kpi_versions": pks, "by": given["by"]}
