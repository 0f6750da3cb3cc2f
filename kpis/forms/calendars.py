"""Working hours, typed."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ace_portal.lib.forms import area, field_of, time_zone_choices
from kpis.display import WEEKDAYS
from kpis.models import WorkCalendar

_SIGNS = re.compile(r"\s*(?:-|–|—|to)\s*")
EXAMPLE = "09:00–17:00"
OFFICE = [EXAMPLE] * 5 + ["", ""]


class CalendarForm(forms.Form):
    """One line of hours per weekday, holidays one a line."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), help_text=gettext_lazy("Whose clock shows these hours.")
    )
    holidays = area(
        6, label=gettext_lazy("Holidays"), required=False, max_length=10_000,
        help_text=gettext_lazy("One a line, such as 2026-12-25. Nobody works on them."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "time_zone", forms.ChoiceField).choices = time_zone_choices()
        for number, name in WEEKDAYS.items():
            self.fields[f"day_{number}"] = forms.CharField(
                label=name, required=False, max_length=120, initial=OFFICE[number]
            )
        self.order_fields(["name", "time_zone", *self.days, "holidays"])

    @property
    def days(self) -> list[str]:
        return [f"day_{number}" for number in WEEKDAYS]

    @property
    def bound_days(self) -> list[forms.BoundField]:
        return [self[name] for name in self.days]

    def clean(self) -> dict[str, Any]:
        """From the form's names to the service's."""
        given = super().clean() or {}
        week = [self._stretches(name, given.get(name, "")) for name in self.days]
        return {
            "name": given.get("name", ""),
            "time_zone": given.get("time_zone", ""),
            "week": week,
            "holidays": given.get("holidays", "").split(),
        }

    def _stretches(self, name: str, text: str) -> list[list[str]]:
        found = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            ends = _SIGNS.split(part)
            if len(ends) != 2 or not all(ends):
                self.add_error(name, _("Write hours as %(example)s.") % {"example": EXAMPLE})
                return []
            found.append([end if len(end) > 4 else f"0{end}" for end in ends])
        return found

    @staticmethod
    def initial_of(calendar: WorkCalendar) -> dict[str, Any]:
        days = {
            f"day_{number}": ", ".join(f"{begin}–{end}" for begin, end in stretches)
            for number, stretches in enumerate(calendar.week)
        }
        return {
            "name": calendar.name, "time_zone": calendar.time_zone,
            "holidays": "\n".join(calendar.holidays), **days,
        }  # fmt: skip
