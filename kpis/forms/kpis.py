"""The shape of what people type about KPIs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.forms import field_of
from kpis.forms.definitions import DefinitionForm
from kpis.forms.look import LookForm
from kpis.forms.targets import goal_of
from kpis.models import KPI, Dataset, KPIDriver, KPIVersion
from kpis.selectors import datasets_for, published_kpis
from kpis.services.targets import BEGINNING
from personas.models import Blueprint, Question
from personas.selectors import people_of_ace, questions_for, steps_of

CADENCES = [
    (timedelta(minutes=15), _("Every 15 minutes")), (timedelta(hours=1), _("Every hour")),
    (timedelta(hours=6), _("Every 6 hours")), (timedelta(days=1), _("Every day")),
    (timedelta(days=7), _("Every week")),
]  # fmt: skip


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

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        loaded = datasets_for(user).filter(live__isnull=False)
        field_of(self, "question", forms.ModelChoiceField).queryset = questions_for(user)
        field_of(self, "dataset", forms.ModelChoiceField).queryset = loaded


class NewForm(LookForm):
    """What a new KPI is called, and when it is good."""

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

    def look(self, given: Mapping[str, Any]) -> dict[str, Any]:
        look = super().look(given)
        names = ("name", "description", "category", "steward", "refresh_every")
        target = goal_of(given, look["unit"], BEGINNING)
        if target is None and given["watch"] is not None:
            self.add_error("good", _("Say what is good, too."))
        return {**look, **{name: given[name] for name in names}, "target": target}


class KPIForm(NewForm, DefinitionForm):
    """A new KPI over data."""


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
    baseline = forms.DecimalField(
        label=_("Baseline"), required=False,
        help_text=_("What it was before anybody worked on it; in percent for shares. Leave it "
                    "empty while nobody knows."),
    )  # fmt: skip
    baseline_note = forms.CharField(
        label=_("Which one"), max_length=120, required=False,
        help_text=_("When it was measured, and from what."),
    )  # fmt: skip

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scale = Decimal(100 if unit == KPIVersion.Unit.PERCENT else 1)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("baseline") is not None:
            given["baseline"] = float(given["baseline"] / self.scale)
        return given

    @staticmethod
    def initial_of(kpi: KPI, unit: str) -> dict[str, Any]:
        found = {name: getattr(kpi, name) for name in EditForm.base_fields}
        if kpi.baseline is not None and unit == KPIVersion.Unit.PERCENT:
            found["baseline"] = float(Decimal(repr(kpi.baseline)) * 100)
        return found


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=240)


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("What you compared it with"), max_length=240,
        help_text=_("For example: the source system's own report of May, to the last case."),
    )  # fmt: skip


class StepForm(forms.Form):
    step = forms.ChoiceField(
        label=_("Step"), help_text=_("The figure is shown on the blueprint, at this step.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.blueprints = {row.pk: row for row in Blueprint.objects.filter(archived_at=None)}
        field_of(self, "step", forms.ChoiceField).choices = [
            (str(row), [(f"{row.pk}:{step.key}", step.title) for step in steps_of(row)])
            for row in self.blueprints.values()
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        pk, key = given["step"].split(":")
        return {"blueprint": self.blueprints[int(pk)], "step_key": key}


class DriverForm(forms.Form):
    """What drives a KPI, and why."""

    driver = forms.ModelChoiceField(
        label=_("What drives it"), queryset=KPI.objects.none(), to_field_name="slug",
        empty_label=_("Choose a KPI"),
    )  # fmt: skip
    sign = forms.ChoiceField(label=_("How"), choices=KPIDriver.Sign.choices)
    reason = forms.CharField(
        label=_("Why"), max_length=240,
        help_text=_("One sentence: what happens when the driver moves?"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, kpi: KPI, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = published_kpis(user).filter(retired_at=None).exclude(pk=kpi.pk)
        field_of(self, "driver", forms.ModelChoiceField).queryset = others
