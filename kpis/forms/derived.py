"""A KPI that is computed from others, typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from ace_portal.lib.forms import field_of
from ace_portal.lib.saying import said
from kpis.derived import is_derived
from kpis.display import GRAINS
from kpis.engine.arithmetic import names_of, parse_formula
from kpis.figures import definition_of
from kpis.forms.kpis import NewForm
from kpis.forms.look import LookForm
from kpis.models import KPI, KPIVersion
from kpis.rows import Richer
from kpis.selectors import published_kpis
from personas.models import Question
from personas.selectors import questions_for

LETTERS = ("a", "b", "c", "d", "e")


class FormulaForm(LookForm):
    """A formula over at most five KPIs, called by letters."""

    formula = forms.CharField(
        label=_("Formula"), max_length=500, strip=True,
        help_text=_("With + − × ÷ and parentheses: (a − b) ÷ c. A share counts as a fraction: "
                    "63% is 0.63."),
    )  # fmt: skip
    grain = forms.ChoiceField(label=_("Period"), choices=list(GRAINS.items()), initial="month")

    def __init__(self, *args: Any, user: User, kpi: KPI | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = published_kpis(user)
        if kpi is not None:
            choices = choices.exclude(pk=kpi.pk)
        for letter in LETTERS:
            self.fields[f"part_{letter}"] = forms.ModelChoiceField(
                label=_("%(letter)s is") % {"letter": letter}, queryset=choices,
                to_field_name="slug", required=letter == "a", empty_label=_("Choose a KPI"),
            )  # fmt: skip

    @property
    def letters(self) -> list[forms.BoundField]:
        return [self[f"part_{letter}"] for letter in LETTERS]

    @property
    def more(self) -> bool:
        """Whether the letters after the second are in use."""
        return any(part.value() for part in self.letters[2:])

    def clean(self) -> dict[str, Any]:
        """From the form's names to the service's; nothing where a field is wrong by itself."""
        given = super().clean() or {}
        self.given = given
        if self.errors:
            return given
        chosen = {x: given[f"part_{x}"] for x in LETTERS if given[f"part_{x}"] is not None}
        text = given["formula"].lower()
        try:
            used = names_of(parse_formula(text))
        except Invalid as error:
            self.add_error("formula", said(error.message))
            return given
        for letter in sorted(used & set(LETTERS) - set(chosen)):
            self.add_error(f"part_{letter}", _("The formula uses it: choose a KPI."))
            return given
        return {"definition": self._definition(text, given["grain"], chosen), **self.look(given)}

    def _definition(self, text: str, grain: str, chosen: Mapping[str, KPI]) -> dict[str, Any]:
        """In the calendar of the first KPI, split by what all of them have."""
        versions = KPIVersion.objects.filter(kpi__in=chosen.values(), state="published")
        definitions = [definition_of(version) for version in versions.order_by("kpi__name")]
        first = definition_of(versions.get(kpi=next(iter(chosen.values()))))
        shared = [
            name for name in first.dimensions if all(name in d.dimensions for d in definitions)
        ]
        return {
            "measure": {"formula": text, "kpis": {x: kpi.slug for x, kpi in chosen.items()}},
            "grain": grain, "dimensions": shared, "time_zone": first.time_zone,
            "week_start": first.week_start, "fiscal_start": first.fiscal_start,
        }  # fmt: skip

    def place(self, path: str) -> str:
        parts = path.split(".")
        if parts[-2:-1] == ["kpis"] and parts[-1] in LETTERS:
            return f"part_{parts[-1]}"
        return "formula" if "formula" in parts else ""

    @staticmethod
    def initial_of(version: KPIVersion) -> dict[str, Any]:
        """A version as the form says it; raises ``Richer`` where it cannot."""
        measure = version.definition["measure"]
        if not is_derived(version) or not set(measure["kpis"]) <= set(LETTERS):
            raise Richer("names that are no letters of the form")
        parts = {f"part_{name}": slug for name, slug in measure["kpis"].items()}
        formula = {"formula": measure["formula"], "grain": version.definition["grain"]}
        return formula | parts | LookForm.look_of(version)


class NewFormulaForm(NewForm, FormulaForm):
    """A new KPI over others, with the question that it answers."""

    question = forms.ModelChoiceField(label=_("Question"), queryset=Question.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        field_of(self, "question", forms.ModelChoiceField).queryset = questions_for(user)

    def look(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {**super().look(given), "question": given["question"]}
