"""The shape of what people type about KPIs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.errors import Invalid
from kpis import formula
from kpis.display import GRAINS
from kpis.engine.checks import GROUPABLE
from kpis.figures import definition_of
from kpis.models import KPI, Dataset, KPIVersion
from kpis.services.targets import BEGINNING, Goal
from personas.models import Blueprint, Question
from personas.selectors import people_of_ace, steps_of

Answer = TypeVar("Answer")

KINDS = {
    "text": _("text"), "integer": _("whole number"), "number": _("number"),
    "boolean": _("yes or no"), "date": _("date"), "timestamp": _("date and time"),
}  # fmt: skip
MEASURES = [
    ("count", _("How many rows there are")),
    ("share", _("What share of the rows meets a condition")),
    ("duration", _("How long it takes from one moment to another")),
    ("stock", _("How many are open at the end of the period")),
    ("net", _("How many came minus how many went")),
    ("sum", _("The sum of a column")),
    ("avg", _("The average of a column")),
    ("quantile", _("The median or a percentile of a column")),
    ("min", _("The smallest value of a column")),
    ("max", _("The largest value of a column")),
    ("count_distinct", _("How many different values a column has")),
]
STATISTICS = [
    ("quantile", _("Median or percentile")), ("avg", _("Average")), ("min", _("Shortest")),
    ("max", _("Longest")), ("sum", _("Sum")),
]  # fmt: skip
TIME_UNITS = [("s", _("seconds")), ("min", _("minutes")), ("h", _("hours")), ("d", _("days"))]
OPERATORS = [
    ("=", _("is")), ("!=", _("is not")), ("<", _("is less than")), ("<=", _("is at most")),
    (">", _("is more than")), (">=", _("is at least")), ("between", _("is from … to …")),
    ("in", _("is one of")), ("not in", _("is none of")), ("contains", _("contains")),
    ("is null", _("is empty")), ("is not null", _("is not empty")),
]  # fmt: skip
JOINTS = [("all", _("All of them are met")), ("any", _("At least one of them is met"))]
NULL_RULES = [
    ("not_met", _("It counts as not met")),
    ("exclude", _("It is left out")),
]
CADENCES = [
    (timedelta(minutes=15), _("Every 15 minutes")), (timedelta(hours=1), _("Every hour")),
    (timedelta(hours=6), _("Every 6 hours")), (timedelta(days=1), _("Every day")),
    (timedelta(days=7), _("Every week")),
]  # fmt: skip
#: measure → unit and decimals, where a person leaves them to us
USUAL = {"share": ("percent", 1), "duration": ("duration", 1), "count": ("count", 0),
         "stock": ("count", 0), "net": ("count", 0), "count_distinct": ("count", 0)}  # fmt: skip


class CadenceField(forms.TypedChoiceField):
    """How often, as a duration; one that is not in the list is offered as it is."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [(str(int(span.total_seconds())), word) for span, word in CADENCES]
        super().__init__(
            choices=choices, coerce=lambda text: timedelta(seconds=int(text)),
            label=_("Refresh"), initial=timedelta(hours=6), **kwargs,
        )  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        return str(int(value.total_seconds())) if isinstance(value, timedelta) else value


class StartForm(forms.Form):
    """First the question and the data; the rest depends on the data's columns."""

    question = forms.ModelChoiceField(
        label=_("Question"),
        queryset=Question.objects.none(),
        help_text=_("What does somebody want to know? Every KPI answers one question."),
    )
    dataset = forms.ModelChoiceField(
        label=_("Dataset"),
        queryset=Dataset.objects.none(),
        to_field_name="slug",
        help_text=_("Where the rows come from. Only loaded ones are listed."),
    )

    def __init__(
        self, *args: Any, questions: QuerySet[Question], datasets: QuerySet[Dataset], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].queryset = questions  # type: ignore[attr-defined]
        self.fields["dataset"].queryset = datasets  # type: ignore[attr-defined]


class DefinitionForm(forms.Form):
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
    week_start = forms.IntegerField(widget=forms.HiddenInput, initial=0)
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

    def __init__(self, *args: Any, types: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = types
        self.given: dict[str, Any] = {}
        every = _columns(types, tuple(KINDS))
        times = _columns(types, ("date", "timestamp"))
        choices = {"column": every, "from_column": times, "to_column": times, "time_column": times}
        for name, columns in choices.items():
            self.fields[name].choices = columns  # type: ignore[attr-defined]
        self.fields["dimensions"].choices = _columns(types, GROUPABLE)[1:]  # type: ignore[attr-defined]
        for block, count in formula.BLOCKS.items():
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
        for block, count in formula.BLOCKS.items():
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
        self.given = given
        if self.errors:
            return given
        try:
            definition = formula.to_definition(given, self.types)
        except Invalid as error:
            self.add_error(error.field if error.field in self.fields else None, error.message)
            return given
        return {"definition": definition, **self._look(given)}

    def _look(self, given: Mapping[str, Any]) -> dict[str, Any]:
        unit, decimals = USUAL.get(given["measure"], ("number", 1))
        unit = given["unit"] or unit
        label = given["unit_label"]
        if not label and unit == "duration" and given["measure"] == "duration":
            label = given["duration_unit"]
        precision = given["precision"]
        return {
            "unit": unit,
            "unit_label": label,
            "precision": decimals if precision is None else precision,
            "direction": given["direction"],
        }

    def guard(self, call: Callable[..., Answer]) -> Callable[..., Answer]:
        """The service's call; what it refuses in the definition finds its field here."""

        def guarded(**given: Any) -> Answer:
            try:
                return call(**given)
            except Invalid as error:
                field = error.field
                if field.startswith("definition"):
                    field = formula.field_of(field, self.given)
                raise Invalid(error.message, field=field) from error

        return guarded

    @staticmethod
    def defaults(dataset: Dataset) -> dict[str, Any]:
        """What is right most of the time for a dataset."""
        types = dataset.live.types if dataset.live else {}
        stamps = [name for name, kind in types.items() if kind == "timestamp"]
        times = stamps or [name for name, kind in types.items() if kind == "date"]
        second = times[1] if len(times) > 1 else ""
        return {
            "time_zone": dataset.time_zone,
            "time_column": times[0] if times else "",
            "from_column": times[0] if second else "",
            "to_column": second,
        }

    @staticmethod
    def initial_of(version: KPIVersion) -> dict[str, Any]:
        """A version as the form says it; raises ``formula.Richer`` where it cannot."""
        look = {name: getattr(version, name) for name in ("unit", "unit_label", "precision")}
        return formula.to_form(definition_of(version)) | look | {"direction": version.direction}


class KPIForm(DefinitionForm):
    """A new KPI: its definition, what it is called, and when it is good."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(
        label=_("In plain words"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As you would explain it to a new colleague."),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("Category"), choices=KPI.Category.choices)
    steward = forms.ModelChoiceField(
        label=_("Steward"), queryset=people_of_ace(), required=False,
        empty_label=_("Nobody"), help_text=_("Looks after the definition beside you, its owner."),
    )  # fmt: skip
    refresh_every = CadenceField()
    good = forms.DecimalField(
        label=_("Good"), required=False, help_text=_("In percent for shares.")
    )
    watch = forms.DecimalField(
        label=_("Watch"), required=False, help_text=_("Beyond it the target is missed.")
    )
    good_high = forms.DecimalField(label=_("Good, upper end"), required=False)
    watch_high = forms.DecimalField(label=_("Watch, upper end"), required=False)

    def _look(self, given: Mapping[str, Any]) -> dict[str, Any]:
        look = super()._look(given)
        names = ("name", "description", "category", "steward", "refresh_every")
        target = _goal(given, look["unit"], BEGINNING)
        if target is None and given["watch"] is not None:
            self.add_error("good", _("Say what is good, too."))
        return {**look, **{name: given[name] for name in names}, "target": target}


class EditForm(forms.Form):
    """What no figure depends on."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(
        label=_("In plain words"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    category = forms.ChoiceField(label=_("Category"), choices=KPI.Category.choices)
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=people_of_ace(), help_text=_("Answers for it and publishes it.")
    )
    steward = forms.ModelChoiceField(
        label=_("Steward"), queryset=people_of_ace(), required=False, empty_label=_("Nobody")
    )
    refresh_every = CadenceField()

    @staticmethod
    def initial_of(kpi: KPI) -> dict[str, Any]:
        return {name: getattr(kpi, name) for name in EditForm.base_fields}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=240)


class StepForm(forms.Form):
    step = forms.ChoiceField(
        label=_("Step"), help_text=_("The figure is shown on the blueprint, at this step.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.blueprints = {row.pk: row for row in Blueprint.objects.filter(archived_at=None)}
        self.fields["step"].choices = [  # type: ignore[attr-defined]
            (str(row), [(f"{row.pk}:{step.key}", step.title) for step in steps_of(row)])
            for row in self.blueprints.values()
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        pk, key = given["step"].split(":")
        return {"blueprint": self.blueprints[int(pk)], "step_key": key}


class TargetForm(forms.Form):
    """A target from a day on, in the unit that people read."""

    valid_from = forms.DateField(
        label=_("From"), initial=timezone.localdate, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Periods that began before keep the target that was in force."),
    )  # fmt: skip
    good = forms.DecimalField(label=_("Good"))
    good_high = forms.DecimalField(label=_("Good up to"), required=False)
    watch = forms.DecimalField(label=_("Watch"))
    watch_high = forms.DecimalField(label=_("Watch up to"), required=False)

    def __init__(self, *args: Any, version: KPIVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = version.unit
        sign = "%" if version.unit == KPIVersion.Unit.PERCENT else version.unit_label
        words = {"up": _("or more"), "down": _("or less"), "band": ""}
        for name in self.fields:
            if name != "valid_from":
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
        return dict(_goal(given, self.unit, given["valid_from"]) or {})


def _goal(given: Mapping[str, Any], unit: str, day: date) -> Goal | None:
    """The thresholds as they are stored: percent becomes a fraction of one."""
    if given.get("good") is None:
        return None
    scale = Decimal(100 if unit == KPIVersion.Unit.PERCENT else 1)

    def stored(name: str, other: str) -> float:
        typed = given.get(name)
        return float((given[other] if typed is None else typed) / scale)

    target: Goal = {
        "valid_from": day, "good": stored("good", "good"), "watch": stored("watch", "good"),
    }  # fmt: skip
    if given.get("good_high") is not None:
        target["good_high"] = stored("good_high", "good")
        target["watch_high"] = stored("watch_high", "good_high")
    return target


def _columns(types: Mapping[str, str], kinds: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [("", _("Choose a column")), *_named(types, kinds)]


def _named(types: Mapping[str, str], kinds: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name, kind in types.items():
        if kind in kinds and not name.startswith("_"):
            yield name, f"{name} ({KINDS[kind]})"
