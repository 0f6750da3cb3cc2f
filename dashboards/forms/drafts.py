"""What every save of a draft says."""

from __future__ import annotations

from django import forms


class RevisionForm(forms.Form):
    """What a save needs to know that nobody else has saved since."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class MoveForm(RevisionForm):
    to = forms.IntegerField(widget=forms.HiddenInput)
