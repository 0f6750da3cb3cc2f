from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import area
from feedback.models import Thread
from office_hours.models import Booking


class MoveForm(forms.Form):
    """``starts_at`` is the instant of a slot, which the page offers as radio buttons."""

    starts_at = forms.DateTimeField(
        label=_("Time"), error_messages={"required": _("Choose a time.")}
    )


class BookForm(MoveForm):
    """With what the visitor was looking at, where the way here began on a tile."""

    topic = forms.CharField(
        label=_("What is it about?"), max_length=200,
        help_text=_("One question about a figure is a good start."),
    )  # fmt: skip
    dashboard = forms.SlugField(required=False, widget=forms.HiddenInput)
    tile = forms.SlugField(required=False, max_length=12, widget=forms.HiddenInput)
    filters = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"), max_length=300, required=False,
        help_text=_("The other one reads it in the mail."),
    )  # fmt: skip


class NotesForm(forms.Form):
    notes = area(
        6, label=_("Notes"), max_length=10_000, required=False,
        help_text=_("What you found and agreed. Markdown works; both of you read it."),
    )  # fmt: skip


class OutcomeForm(NotesForm):
    outcome = forms.ChoiceField(
        label=_("How did it go?"), widget=forms.RadioSelect,
        choices=[
            (str(state), state.label)
            for state in (Booking.State.ATTENDED, Booking.State.NO_SHOW)
        ],
    )  # fmt: skip
    reason = forms.CharField(
        label=_("If nobody came, why?"), max_length=300, required=False,
        help_text=_("As far as it is known; both of you read it."),
    )  # fmt: skip

    field_order = ["outcome", "reason", "notes"]


class ThreadForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is it?"), choices=Thread.Kind.choices, widget=forms.RadioSelect
    )
    text = area(
        6, label=_("What came of it?"), max_length=10_000,
        help_text=_("Markdown works. Everybody who may open the dashboard reads it."),
    )  # fmt: skip
    private = forms.BooleanField(label=_("Only the ACE reads it"), required=False)

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"text": booking.notes, **(self.initial or {})}
