from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.forms import ManyField, area, day, field_of
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboards_for
from kpis.models import KPI
from kpis.selectors import kpis_for
from office_hours.models import AMASession, Lesson
from office_hours.selectors.ama import sessions_for
from office_hours.selectors.lessons import owners_for
from personas.models import UserGroup
from personas.selectors import groups_for


class LessonForm(forms.Form):
    """What one may choose is what one may open."""

    title = forms.CharField(label=_("The lesson in one line"), max_length=120)
    expected = area(3, label=_("What did we expect?"), max_length=4000)
    actual = area(3, label=_("What happened?"), max_length=4000)
    why = area(3, label=_("Why?"), max_length=4000)
    keep = area(2, label=_("What do we keep?"), max_length=4000, required=False)
    change = area(2, label=_("What do we change?"), max_length=4000)
    applied_to = area(
        2, label=_("Where was it applied?"), max_length=2000, required=False,
        help_text=_("So that others see whether it held."),
    )  # fmt: skip
    dashboards = ManyField(
        label=_("About the dashboards"), queryset=Dashboard.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least one dashboard, KPI or session."),
    )  # fmt: skip
    kpis = ManyField(
        label=_("About the KPIs"), queryset=KPI.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    sessions = ManyField(
        label=_("From the sessions"), queryset=AMASession.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    owner = forms.ModelChoiceField(
        label=_("Who sees to the change?"), queryset=User.objects.none(), required=False,
        empty_label=_("Nobody yet"),
    )  # fmt: skip
    due = day(label=_("By"), required=False)
    everybody = forms.BooleanField(
        label=_("For everybody who is signed in"), required=False, initial=True
    )
    groups = ManyField(
        label=_("Or for these groups"), queryset=UserGroup.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, lesson: Lesson | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = {
            "dashboards": dashboards_for(user).order_by("name", "pk"),
            "kpis": kpis_for(user).order_by("name", "pk"),
            "sessions": sessions_for(user).order_by("-starts_at", "pk"),
            "groups": groups_for(user),
        }
        for name, rows in choices.items():
            field_of(self, name, ManyField).queryset = rows
            if not rows.exists():
                del self.fields[name]
        field_of(self, "owner", forms.ModelChoiceField).queryset = owners_for(user, lesson)
