"""What is measured, typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.errors import Invalid
from ace_portal.lib.forms import field_of
from ace_portal.lib.saying import said
from kpis import formula
from kpis.display import GRAINS, MONTHS, WEEKDAYS
from kpis.engine.calendars import parse_hours
from kpis.engine.checks import GROUPABLE
from kpis.engine.definition import hours_of
from kpis.engine.hours import hours_json
from kpis.engine.weeks import week_words
from kpis.figures import definition_of
from kpis.forms.look import LookForm
from kpis.forms.words import (
    JOINTS,
    KINDS,
    MEASURES,
    NULL_RULES,
    OPERATORS,
    PER,
    STATISTICS,
    TIME_UNITS,
    USUAL,
    WINDOWS,
)
from kpis.models import Dataset, KPIVersion, WorkCalendar
from kpis.rows import BLOCKS


class DefinitionForm(LookForm):
    """What is measured, in the columns of one dataset. Cleaned, it is what a version says."""

    measure = forms.ChoiceField(
        label=_("What is measured"), choices=MEASURES, widget=forms.RadioSelect, initial="count"
    )
    column = forms.ChoiceField(label=_("Column"), required=False)
    from_column = forms.ChoiceField(
        label=_("From"), required=False, help_text=_("When it begins, or comes.")
    )
    to_column = forms.ChoiceField(
        label=_("To"), required=False, help_text=_("When it ends, or goes.")
    )
    duration_unit = forms.ChoiceField(label=_("In"), choices=TIME_UNITS, initial="h")
    calendar = forms.ChoiceField(
        label=_("Which hours count"), required=False,
        help_text=_("Working time is counted in hours, minutes or seconds."),
    )  # fmt: skip
    per = forms.ChoiceField(
        label=_("Per unit of time"), choices=PER, required=False,
        help_text=_("Divided by how long the period is, or how much of it has passed."),
    )  # fmt: skip
    window = forms.ChoiceField(
        label=_("Which rows a figure is of"), choices=WINDOWS, required=False,
        help_text=_("Always computed from the rows, never from the figures of periods."),
    )  # fmt: skip
    window_periods = forms.IntegerField(
        label=_("How many periods"), min_value=2, max_value=1_000, initial=3, required=False,
        help_text=_("Together with the one that is shown."),
    )  # fmt: skip
    statistic = forms.ChoiceField(label=_("Of all durations"), choices=STATISTICS)
    percentile = forms.DecimalField(
        label=_("Percentile"), min_value=0, max_value=100, initial=50, required=False,
        help_text=_("50 is the median: half are below, half above."),
    )  # fmt: skip
    time_column = forms.ChoiceField(
        label=_("Counting date"), required=False,
        help_text=_("Which date decides the period that a row belongs to."),
    )  # fmt: skip
    grain = forms.ChoiceField(label=_("Period"), choices=list(GRAINS.items()), initial="month")
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=64, help_text=_("Where a day begins: Europe/Berlin.")
    )
    week_start = forms.TypedChoiceField(
        label=_("Weeks begin on"), choices=list(WEEKDAYS.items()), coerce=int, initial=0
    )
    fiscal_start = forms.TypedChoiceField(
        label=_("Years begin with"), choices=list(MONTHS.items()), coerce=int, initial=1,
        help_text=_("A fiscal year is called by the year in which it ends."),
    )  # fmt: skip
    dimensions = forms.MultipleChoiceField(
        label=_("Split by"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("What readers may filter and compare."),
    )  # fmt: skip
    null_rule = forms.ChoiceField(
        label=_("If a row's condition is unknown"), choices=NULL_RULES, initial="not_met",
        help_text=_("Unknown: the column that it compares is empty."),
    )  # fmt: skip
    min_cases = forms.IntegerField(
        label=_("Few cases below"), min_value=0, max_value=1_000_000, initial=10,
        help_text=_("Rates and averages of fewer rows are marked."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        types: Mapping[str, str],
        calendars: Iterable[WorkCalendar] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.types = types
        self.calendars = {formula.calendar_key(row.content): row.content for row in calendars}
        self.calendars |= self.initial.pop("own_calendar", {})
        field_of(self, "calendar", forms.ChoiceField).choices = list(_calendars(self.calendars))
        every = _columns(types, tuple(KINDS))
        times = _columns(types, ("date", "timestamp"))
        choices = {"column": every, "from_column": times, "to_column": times, "time_column": times}
        for name, columns in choices.items():
            field_of(self, name, forms.ChoiceField).choices = columns
        dimensions = field_of(self, "dimensions", forms.MultipleChoiceField)
        dimensions.choices = list(_named(types, GROUPABLE))
        for block, count in BLOCKS.items():
            self._add_conditions(block, count, every)

    def _add_conditions(self, block: str, count: int, columns: list[tuple[str, Any]]) -> None:
        self.fields[f"{block}_joint"] = forms.ChoiceField(
            label=_("Together"), choices=JOINTS, initial="all", required=False
        )
        for row in range(1, count + 1):
            name = f"{block}_{row}"
            self.fields[f"{name}_column"] = forms.ChoiceField(
                label=_("Column"), choices=columns, required=False
            )
            self.fields[f"{name}_op"] = forms.ChoiceField(
                label=_("Comparison"), choices=OPERATORS, required=False
            )
            self.fields[f"{name}_value"] = forms.CharField(
                label=_("Value"), max_length=2000, required=False
            )

    def blocks(self) -> dict[str, dict[str, Any]]:
        """The conditions for the template: per block its joint and its rows of three fields."""
        found = {}
        for block, count in BLOCKS.items():
            rows = [self._row(f"{block}_{row}") for row in range(1, count + 1)]
            more = any(part.value() for row in rows[1:] for part in (row["column"], row["value"]))
            found[block] = {
                "joint": self[f"{block}_joint"], "first": rows[0], "more": rows[1:], "open": more,
            }  # fmt: skip
        return found

    def _row(self, name: str) -> dict[str, forms.BoundField]:
        return {part: self[f"{name}_{part}"] for part in ("column", "op", "value")}

    def clean(self) -> dict[str, Any]:
        """From the form's names to the service's; nothing where a field is wrong by itself."""
        given = super().clean() or {}
        for name in list(self.fields):
            if name.endswith(("_op", "_joint")) and not given.get(name):
                given[name] = "all" if name.endswith("_joint") else "="
        # What the page hides for a measure plays no part in it.
        if given.get("measure") not in formula.RATED:
            given["per"] = ""
        if given.get("measure") == "stock":
            given["window"] = ""
        self.given = given
        if self.errors:
            return given
        try:
            definition = formula.to_definition(given, self.types, self.calendars)
        except Invalid as error:
            self.add_error(error.field if error.field in self.fields else None, said(error.message))
            return given
        return {"definition": definition, **self.look(given)}

    def usual(self, given: Mapping[str, Any]) -> tuple[str, int]:
        if given["per"]:
            return "number", 1
        return USUAL.get(given["measure"], ("number", 1))

    def sign(self, given: Mapping[str, Any], unit: str) -> str:
        of_time = unit == "duration" and given["measure"] == "duration"
        return str(given["duration_unit"]) if of_time else ""

    def place(self, path: str) -> str:
        return formula.field_of(path, self.given)

    @staticmethod
    def defaults(dataset: Dataset) -> dict[str, Any]:
        """What is right most of the time for a dataset."""
        types = dataset.live.types if dataset.live else {}
        stamps = [name for name, kind in types.items() if kind == "timestamp"]
        times = stamps or [name for name, kind in types.items() if kind == "date"]
        second = times[1] if len(times) > 1 else ""
        return {
            "time_zone": dataset.counting_zone,
            "time_column": times[0] if times else "",
            "from_column": times[0] if second else "",
            "to_column": second,
        }

    @staticmethod
    def initial_of(version: KPIVersion) -> dict[str, Any]:
        """A version as the form says it; raises ``formula.Richer`` where it cannot."""
        look: dict[str, Any] = LookForm.look_of(version)
        definition = definition_of(version)
        # The hours that it has are offered, even where the calendar has changed since.
        own = [hours_json(hours) for hours in hours_of(definition)]
        look["own_calendar"] = {formula.calendar_key(content): content for content in own}
        return formula.to_form(definition) | look


def _calendars(known: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    yield "", _("Every hour, day and night")
    yield formula.OFFICE, _("Office hours: Mon–Fri 09:00–17:00")
    for key, content in known.items():
        if content["week"] != formula.OFFICE_WEEK or content["name"] != "Office hours":
            yield key, f"{content['name']}: {said(week_words(parse_hours(content, '')))}"


def _columns(types: Mapping[str, str], kinds: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [("", _("Choose a column")), *_named(types, kinds)]


def _named(types: Mapping[str, str], kinds: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name, kind in types.items():
        if kind in kinds and not name.startswith("_"):
            yield name, f"{name} ({KINDS[kind]})"
