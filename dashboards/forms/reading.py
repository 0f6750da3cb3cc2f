"""A reader's own view of a dashboard."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards.reading.models import LONGEST_ADDRESS


class SavedViewForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("As you find it in the filter bar.")
    )
    opens = forms.BooleanField(
        label=_("Open the dashboard with it"), required=False,
        help_text=_("For you alone. “Reset” still leads to the plain dashboard."),
    )  # fmt: skip


class NewViewForm(SavedViewForm):
    filters = forms.CharField(required=False, max_length=LONGEST_ADDRESS, widget=forms.HiddenInput)
