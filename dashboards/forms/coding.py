"""A dashboard as a text."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.yaml import MOST


class CodeForm(forms.Form):
    text = forms.CharField(
        label=_("The dashboard in YAML"), max_length=MOST, strip=False,
        help_text=_("One entry for each tile; a KPI is named by its short name and its version."),
        widget=forms.Textarea(attrs={"rows": 24, "class": "input--code", "spellcheck": "false"}),
    )  # fmt: skip
