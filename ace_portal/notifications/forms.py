from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.notifications.models import Preference


class PreferenceForm(forms.Form):
    mail = forms.ChoiceField(
        label=_("Mail"), choices=Preference.Mail.choices, widget=forms.RadioSelect
    )
    hour = forms.TypedChoiceField(
        label=_("The daily mail comes at"),
        choices=[(hour, f"{hour:02d}:00") for hour in range(24)],
        coerce=int,
        help_text=_("In your own time zone."),
    )
