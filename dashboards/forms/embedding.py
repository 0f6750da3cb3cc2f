"""A link to embed a dashboard."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import area
from dashboards.embedding.services import LONGEST


class EmbedForm(forms.Form):
    days = forms.IntegerField(
        label=_("For how many days"), initial=90, min_value=1, max_value=LONGEST
    )
    origins = area(
        3, label=_("In whose pages"), required=False, max_length=2000,
        help_text=_("One origin a line, such as https://intranet.example.org. None: the link opens "
                    "by itself, and in no page."),
    )  # fmt: skip

    def clean_origins(self) -> list[str]:
        return str(self.cleaned_data["origins"]).splitlines()
