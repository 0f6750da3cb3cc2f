"""Features, and what is decided at a gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import area, day, field_of
from dashboards.content.models import Dashboard
from dashboards.lifecycle.models import MAX_REASON, Feature, GateReview


class FeatureForm(forms.Form):
    name = forms.CharField(
        label=_("Feature"), max_length=120, help_text=_("“Filter by priority”, for instance.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Feature.Kind.choices)
    column = forms.ChoiceField(
        label=_("Column"), required=False, help_text=_("What a filter filters by.")
    )
    priority = forms.ChoiceField(
        label=_("Priority"), choices=Feature.Priority.choices, widget=forms.RadioSelect
    )
    criterion = area(
        3, label=_("Acceptance criterion"), required=False, max_length=1000,
        help_text=_("How would somebody test that it is good? A Must needs one."),
    )  # fmt: skip

    def __init__(self, *args: Any, columns: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        column = field_of(self, "column", forms.ChoiceField)
        column.choices = [("", _("None")), *((name, name) for name in columns)]

    @staticmethod
    def initial_of(feature: Feature) -> dict[str, Any]:
        names = ("name", "kind", "column", "priority", "criterion")
        return {name: getattr(feature, name) for name in names}


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Decision"), choices=GateReview.Decision.choices, widget=forms.RadioSelect,
        help_text=_("To pass, nothing may be missing. What is decided stays on record."),
    )  # fmt: skip
    reason = area(
        3, label=_("Reason"), required=False, max_length=MAX_REASON,
        help_text=_("Needed to overrule, return or stop."),
    )  # fmt: skip
    conditions = area(
        2, label=_("Conditions"), required=False, max_length=MAX_REASON,
        help_text=_("What is still to be done, if it passes with conditions."),
    )  # fmt: skip
    due = day(label=_("Conditions due"), required=False)
    back_to = forms.TypedChoiceField(
        label=_("Return to"), coerce=int, required=False, empty_value=None,
        help_text=_("Where it goes on, if it returns."),
    )  # fmt: skip

    tile = forms.ChoiceField(
        label=_("Figure to keep"), required=False,
        help_text=_("Kept beside the decision as it is now, whatever is loaded later."),
    )  # fmt: skip
    filters = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, stage: int, figures: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if figures:
            tile = field_of(self, "tile", forms.ChoiceField)
            tile.choices = [("", _("None")), *figures]
        else:
            del self.fields["tile"], self.fields["filters"]
        stages = [choice for choice in Dashboard.Stage.choices if int(choice[0]) <= stage]
        back = field_of(self, "back_to", forms.TypedChoiceField)
        back.choices = [("", _("This stage")), *((n, f"{n} {label}") for n, label in stages)]

    def clean(self) -> dict[str, Any]:
        """``tile`` and ``kpi_version``, as the service takes them."""
        given = super().clean() or {}
        tile, _sign, version = given.get("tile", "").partition(":")
        return {**given, "tile": tile, "kpi_version": int(version) if version else None}


class ReasonForm(forms.Form):
    reason = area(3, label=_("Why"), max_length=MAX_REASON)
