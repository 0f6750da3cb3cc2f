"""How a KPI reads, whatever it measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.errors import Invalid
from kpis.models import KPIVersion

Answer = TypeVar("Answer")

#: how a unit is written where nobody says
DECIMALS = {"count": 0, "percent": 1, "duration": 1, "money": 2, "number": 1}


class LookForm(forms.Form):
    """Unit, precision and direction of a version; what is measured is another form's."""

    unit = forms.ChoiceField(
        label=_("Unit"), required=False,
        choices=[("", _("As the measure says")), *KPIVersion.Unit.choices],
    )  # fmt: skip
    unit_label = forms.CharField(
        label=_("Unit's sign"), max_length=20, required=False, help_text=_("h, €, min.")
    )
    precision = forms.IntegerField(
        label=_("Decimals"), min_value=0, max_value=6, required=False,
        help_text=_("Empty: as usual for the unit."),
    )  # fmt: skip
    direction = forms.ChoiceField(
        label=_("Direction"), choices=KPIVersion.Direction.choices, widget=forms.RadioSelect,
        initial="up",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.given: dict[str, Any] = {}

    def usual(self, given: Mapping[str, Any]) -> tuple[str, int]:
        """Unit and decimals, where a person leaves them to us."""
        return "number", 1

    def sign(self, given: Mapping[str, Any], unit: str) -> str:
        """The unit's sign, where a person leaves it to us."""
        return ""

    def place(self, path: str) -> str:
        """The field for a fault at a path of the definition."""
        return path

    def look(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Everything beside the definition; a form of more fields adds its own."""
        unit, decimals = self.usual(given)
        if given["unit"] not in ("", unit):
            unit, decimals = given["unit"], DECIMALS[given["unit"]]
        precision = given["precision"]
        return {
            "unit": unit,
            "unit_label": given["unit_label"] or self.sign(given, unit),
            "precision": decimals if precision is None else precision,
            "direction": given["direction"],
        }

    @staticmethod
    def look_of(version: KPIVersion) -> dict[str, Any]:
        """A version's look as the form says it."""
        names = ("unit", "unit_label", "precision", "direction")
        return {name: getattr(version, name) for name in names}

    def guard(self, call: Callable[..., Answer]) -> Callable[..., Answer]:
        """The service's call; what it refuses in the definition finds its field here."""

        def guarded(**given: Any) -> Answer:
            try:
                return call(**given)
            except Invalid as error:
                field = error.field
                if field.startswith("definition"):
                    field = self.place(field)
                raise Invalid(error.message, field=field) from error

        return guarded
