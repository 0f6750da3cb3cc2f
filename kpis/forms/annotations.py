"""What happened, typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import area
from kpis.models import Annotation, Dataset


class AnnotationForm(forms.Form):
    at = forms.DateTimeField(
        label=_("When"), help_text=_("By your clock."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    until = forms.DateTimeField(
        label=_("Until"), required=False,
        help_text=_("Where it lasted, as an outage does; charts shade it. Empty: a moment."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    title = forms.CharField(
        label=_("What happened"), max_length=60, help_text=_("A few words: they stand in charts.")
    )
    text = area(4, label=_("More about it"), required=False, max_length=1000)
    dataset = forms.ModelChoiceField(
        Dataset.objects.all(), label=_("In which data"), required=False,
        empty_label=_("All data"), help_text=_("Its charts show it."),
    )  # fmt: skip

    @staticmethod
    def initial_of(annotation: Annotation) -> dict[str, Any]:
        return {
            "at": annotation.at, "until": annotation.until, "title": annotation.title,
            "text": annotation.text, "dataset": annotation.dataset_id,
        }  # fmt: skip
