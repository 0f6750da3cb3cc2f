"""What a review decides, and what people decide because of a dashboard."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import area, day
from dashboards.usage.models import Review


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=Review.Verdict.choices, widget=forms.RadioSelect
    )
    reason = area(
        3,
        label=_("Reason"),
        required=False,
        max_length=2_000,
        help_text=_("Needed where you decide otherwise than the figures propose."),
    )
    next_due = day(label=_("Next review"))


class DecisionForm(forms.Form):
    text = area(
        3,
        label=_("What was decided"),
        max_length=2_000,
        help_text=_("One decision that you took because of these figures."),
    )
    made_on = day(label=_("When"))
    tile = forms.SlugField(required=False, max_length=12, widget=forms.HiddenInput)
    filters = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)
    kpi_version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class OutcomeForm(forms.Form):
    outcome = area(
        4,
        label=_("What came of it"),
        max_length=2_000,
        help_text=_("Did it do what you wanted? By how much?"),
    )
