"""What every save of a draft says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class RevisionForm(forms.Form):
    """What a save needs to know that nobody else has saved since."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class ArrangeForm(RevisionForm):
    """Where a tile goes, how wide it is in columns and how tall in rows; what is empty stays."""

    to = forms.IntegerField(widget=forms.HiddenInput, required=False)
    width = forms.IntegerField(widget=forms.HiddenInput, required=False)
    height = forms.IntegerField(widget=forms.HiddenInput, required=False)
    tab = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12, empty_value=None)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if all(given.get(name) is None for name in ("to", "width", "height", "tab")):
            raise ValidationError(_("Say where the tile goes."))
        return given


class TabForm(RevisionForm):
    """The name of a tab."""

    title = forms.CharField(max_length=60)


class TabChangeForm(RevisionForm):
    """Its name, its place, or both; what is empty stays."""

    title = forms.CharField(max_length=60, required=False, empty_value=None)
    to = forms.IntegerField(required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("title") is None and given.get("to") is None:
            raise ValidationError(_("Say what the tab is called or where it goes."))
        return given
