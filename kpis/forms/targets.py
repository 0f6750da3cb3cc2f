"""When a figure is good, typed in the unit that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import day, field_of
from kpis.analysis.parts import Part
from kpis.models import KPIVersion
from kpis.services.targets import Goal


class TargetForm(forms.Form):
    """A target from a day on, in the unit that people read."""

    valid_from = day(
        label=_("From"),
        initial=timezone.localdate,
        help_text=_("Periods that began before keep the target that was in force."),
    )
    good = forms.DecimalField(label=_("Good"))
    good_high = forms.DecimalField(label=_("Good up to"), required=False)
    watch = forms.DecimalField(label=_("Watch"))
    watch_high = forms.DecimalField(label=_("Watch up to"), required=False)

    part = forms.ChoiceField(
        label=_("Holds for"), required=False,
        help_text=_("A target of one value goes before the one that holds for everything."),
    )  # fmt: skip

    field_order = ("valid_from", "part", "good", "good_high", "watch", "watch_high")

    def __init__(
        self, *args: Any, version: KPIVersion, parts: Mapping[str, Sequence[Part]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.unit = version.unit
        self.parts = {part.key: part for some in parts.values() for part in some}
        field_of(self, "part", forms.ChoiceField).choices = [
            ("", _now("Everything")),
            *((name, [(p.key, p.name) for p in some]) for name, some in parts.items()),
        ]
        if not parts:
            del self.fields["part"]
        sign = "%" if version.unit == KPIVersion.Unit.PERCENT else version.unit_label
        words = {"up": _("or more"), "down": _("or less"), "band": ""}
        for name in self.fields:
            if name not in {"valid_from", "part"}:
                self.fields[name].help_text = f"{sign} {words[version.direction]}".strip()
        if version.direction == KPIVersion.Direction.BAND:
            self.fields["good"].label = _("Good from")
            self.fields["watch"].label = _("Watch from")
            return
        for name in ("good_high", "watch_high"):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        goal = dict(goal_of(given, self.unit, given["valid_from"]) or {})
        part = self.parts.get(given.get("part", ""))
        if part is not None:
            goal |= {"dimension": part.dimension, "value": part.target_of[1]}
        return goal


def goal_of(given: Mapping[str, Any], unit: str, since: date) -> Goal | None:
    """The thresholds as they are stored: percent becomes a fraction of one."""
    if given.get("good") is None:
        return None
    scale = Decimal(100 if unit == KPIVersion.Unit.PERCENT else 1)

    def stored(name: str, other: str) -> float:
        typed = given.get(name)
        return float((given[other] if typed is None else typed) / scale)

    target: Goal = {
        "valid_from": since, "good": stored("good", "good"), "watch": stored("watch", "good"),
    }  # fmt: skip
    if given.get("good_high") is not None:
        target["good_high"] = stored("good_high", "good")
        target["watch_high"] = stored("watch_high", "good_high")
    return target
