"""What an MVP says of itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import ManyField, area, day, field_of
from dashboards.content.models import Dashboard
from dashboards.forms.people import PickedField, offer
from dashboards.people import Choice
from personas.models import Persona, UserGroup
from personas.selectors import people_of_ace


class CopyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)


class DashboardForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    problem = area(
        3, label=_("Problem"), help_text=_("What goes wrong today, without a solution in it.")
    )
    hypothesis = area(
        3, label=_("Hypothesis"), help_text=_("If these people see this, then what will change?")
    )
    success_measure = area(
        2, label=_("Success measure"), help_text=_("How will you know, and by when?")
    )
    persona = forms.ModelChoiceField(label=_("Persona"), queryset=Persona.objects.none())
    groups = ManyField(
        label=_("For the groups"),
        queryset=UserGroup.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    editors = ManyField(
        label=_("Editors"),
        queryset=people_of_ace(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They work on the draft beside the owner."),
    )
    sponsor = forms.CharField(label=_("Sponsor"), max_length=120, required=False)
    review_due = day(label=_("Review due"), help_text=_("When you decide: go on, turn, or stop."))
    shows_rows = forms.BooleanField(
        label=_("Readers see the single rows behind a figure"),
        required=False,
        help_text=_("With all columns, and as a file. Row policies hold there, too."),
    )

    def __init__(
        self,
        *args: Any,
        now: Persona | None = None,
        names_editors: bool = True,
        **kwargs: Any,
    ) -> None:
        """``now`` is for whom it is already, which may be retired."""
        super().__init__(*args, **kwargs)
        retired = Q(state=Persona.State.RETIRED) & ~Q(pk=now.pk if now is not None else None)
        living = Persona.objects.exclude(retired)
        field_of(self, "persona", forms.ModelChoiceField).queryset = living
        if not names_editors:
            del self.fields["editors"]

    @staticmethod
    def initial_of(dashboard: Dashboard) -> dict[str, Any]:
        simple = (
            "name", "problem", "hypothesis", "success_measure", "sponsor", "review_due",
            "shows_rows",
        )  # fmt: skip
        return {name: getattr(dashboard, name) for name in simple} | {
            "persona": dashboard.persona,
            "groups": dashboard.groups.all(),
            "editors": dashboard.editors.all(),
        }


class HandOverForm(forms.Form):
    owner = PickedField(label=_("Who owns it from now on"), empty_label=_("Choose a person"))

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", choice)
