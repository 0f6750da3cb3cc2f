"""When something is done again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from ace_portal.lib.forms import time_zone_choices


class ScheduleForm(forms.Form):
    """``otherwise`` says what an empty schedule means."""

    schedule = forms.CharField(label=gettext_lazy("When"), required=False, max_length=100)
    schedule_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of the schedule"), choices=time_zone_choices
    )

    def __init__(self, *args: Any, otherwise: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        how = gettext_lazy(
            "“every 6 hours”, or a cron line: “30 7 * * 1-5” is at half past seven on workdays."
        )
        self.fields["schedule"].help_text = f"{how} {otherwise}"
