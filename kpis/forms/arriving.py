"""How files arrive: for a dataset, and for one file of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import field_of
from kpis.forms.datasets import PreviewForm
from kpis.models import Dataset, Mode
from kpis.models.dataset import MOST_KEPT
from kpis.sources.base import ROW

KEYS_HELP = _("To replace by key: the columns that together tell one row from another.")
ARRIVING = ("mode", "keys", "last_wins")


class ArrivingForm(forms.Form):
    mode = forms.ChoiceField(
        label=_("What a new file does"), choices=Mode.choices, widget=forms.RadioSelect
    )
    keys = forms.MultipleChoiceField(
        label=_("Key columns"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=KEYS_HELP,
    )  # fmt: skip
    last_wins = forms.BooleanField(
        label=_("Of rows with the same key in one file the last one wins"), required=False,
        help_text=_("Off: such a file is refused, with the rows."),
    )  # fmt: skip

    def offer(self, columns: Iterable[str]) -> None:
        """The columns that can be keys, and those that are already."""
        known = [name for name in columns if name != ROW]
        now = [name for name in self.initial.get("keys") or () if name not in known]
        field_of(self, "keys", forms.MultipleChoiceField).choices = [
            (name, name) for name in [*known, *now]
        ]


class LoadingForm(ArrivingForm):
    """For all files of a dataset, from the next one on."""

    keep = forms.IntegerField(
        label=_("Earlier loads to keep"), min_value=0, max_value=MOST_KEPT,
        help_text=_("One can go back to these; older ones are collected."),
    )  # fmt: skip

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(dataset, name) for name in (*ARRIVING, "keep")}
        super().__init__(*args, **kwargs)
        self.offer(dataset.live.types if dataset.live is not None else ())
        if dataset.kind == Dataset.Kind.PREPARED:
            for name in ARRIVING:
                del self.fields[name]


class NextFileForm(PreviewForm, ArrivingForm):
    """The questions about a further file of a dataset, and what it does to the rows there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(column.name for column in self.profile.columns)

    def answers(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in ARRIVING if name in self.cleaned_data}
        return {**super().answers(), **given}


class LoadReasonForm(forms.Form):
    """Why a load is made live by hand; asked for, and needed against a failed check."""

    reason = forms.CharField(label=_("Why"), max_length=240)

    def __init__(self, *args: Any, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed
