"""A run's tasks, what people answered, and the figures of the source."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.forms import area, day, field_of
from dashboards.forms.people import PersonField
from dashboards.prototypes.selectors import pilot_people
from dashboards.validation.models import LONGEST_SECONDS, Task, ValidationRun
from dashboards.validation.selectors import filters_of, kpi_versions_of
from dashboards.validation.statements import SUS
from kpis.models import KPIVersion

FOUND = [("yes", _("Found it")), ("no", _("Did not find it"))]
SCALE = [(str(n), str(n)) for n in range(1, 6)]


class RunForm(forms.Form):
    keyboard = forms.ChoiceField(
        label=_("Everything works by keyboard"), choices=ValidationRun.Access.choices
    )
    contrast = forms.ChoiceField(
        label=_("Contrast is enough, light and dark"), choices=ValidationRun.Access.choices
    )
    access_note = area(3, label=_("How that was looked at"), required=False)
    note = area(3, label=_("What else to know about this run"), required=False)

    @staticmethod
    def initial_of(run: ValidationRun) -> dict[str, Any]:
        return {name: getattr(run, name) for name in RunForm.base_fields}


class TaskForm(forms.Form):
    text = forms.CharField(
        label=_("What to find out"), max_length=300,
        help_text=_("As their boss would ask: “Which priority had the worst SLA in March?”"),
    )  # fmt: skip
    expected = forms.CharField(
        label=_("The right answer"), max_length=200, required=False,
        help_text=_("Only the ACE sees it."),
    )  # fmt: skip


class TriedForm(forms.Form):
    """How one task went."""

    success = forms.ChoiceField(
        label=_("Did you find it?"), choices=FOUND, widget=forms.RadioSelect
    )
    answer = forms.CharField(label=_("Your answer"), max_length=200, required=False)
    comment = area(2, label=_("What helped, what was in the way?"), required=False, max_length=5000)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "success" in given:
            given["success"] = given["success"] == "yes"
        return given


class AnswerForm(TriedForm):
    """The pilot's own; ``start`` is the server's stamp of when the task was opened."""

    task = forms.ModelChoiceField(queryset=Task.objects.none(), widget=forms.HiddenInput)
    start = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    def __init__(self, *args: Any, run: ValidationRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "task", forms.ModelChoiceField).queryset = run.tasks.all()


class ResultForm(TriedForm):
    """The ACE writes down what a pilot did beside them."""

    person = PersonField(
        label=_("Pilot"), queryset=User.objects.none(), empty_label=_("Choose a pilot")
    )
    task = forms.ModelChoiceField(
        label=_("Task"), queryset=Task.objects.none(), empty_label=_("Choose a task")
    )
    seconds = forms.IntegerField(
        label=_("Seconds"), min_value=0, max_value=LONGEST_SECONDS, required=False,
        help_text=_("From reading the task to the answer, if you took the time."),
    )  # fmt: skip
    field_order = ("person", "task", "success", "answer", "seconds", "comment")

    def __init__(self, *args: Any, run: ValidationRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "person", forms.ModelChoiceField).queryset = pilot_people(run.dashboard)
        field_of(self, "task", forms.ModelChoiceField).queryset = run.tasks.all()
        self.fields["success"].label = _now("Did they find it?")
        self.fields["answer"].label = _now("Their answer")
        self.fields["comment"].label = _now("What helped, what was in the way")


class SusForm(forms.Form):
    """The ten statements, as they were published."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, statement in enumerate(SUS, start=1):
            self.fields[f"s{number}"] = forms.ChoiceField(
                label=f"{number}. {statement}", choices=SCALE, widget=forms.RadioSelect
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        return {"answers": [int(given[f"s{number}"]) for number in range(1, len(SUS) + 1)]}


class ReconciliationForm(forms.Form):
    kpi_version = forms.ModelChoiceField(
        label=_("KPI"), queryset=KPIVersion.objects.none(), empty_label=_("Choose a KPI")
    )
    start = day(label=_("From"))
    end = day(label=_("To"), help_text=_("Both days included."))
    filter = forms.ChoiceField(label=_("Filtered by"), required=False)
    value = forms.CharField(
        label=_("Value"), max_length=200, required=False,
        help_text=_("As the dropdown has it, such as P1; ~ is the empty one."),
    )  # fmt: skip
    expected = forms.DecimalField(
        label=_("What the source says"), max_digits=20, decimal_places=6,
        help_text=_("In the unit of the page: 94.2 for 94.2%."),
    )  # fmt: skip
    source = area(
        2, label=_("Where it is from"), help_text=_("System, report, who looked, on which day.")
    )

    def __init__(self, *args: Any, run: ValidationRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [version.pk for version in kpi_versions_of(run.version)]
        versions = KPIVersion.objects.filter(pk__in=shown).select_related("kpi")
        field_of(self, "kpi_version", forms.ModelChoiceField).queryset = versions
        choices = [("", _now("Nothing")), *filters_of(run.version)]
        field_of(self, "filter", forms.ChoiceField).choices = choices
