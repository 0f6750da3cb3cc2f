from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import day, field_of, time_zone_choices
from office_hours.models import Host, Rule
from office_hours.models.booking import LONGEST, SHORTEST


def clock(**kwargs: Any) -> forms.TimeField:
    return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}), **kwargs)


class HoursForm(forms.Form):
    is_open = forms.BooleanField(label=_("People can book me"), required=False)
    about = forms.CharField(
        label=_("What can you be asked?"), max_length=200, required=False,
        help_text=_("One line beside your name."),
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        label=_("Your hours are in"), choices=time_zone_choices,
        help_text=_("They keep their place on this clock in summer and winter."),
    )  # fmt: skip
    notice_minutes = forms.IntegerField(
        label=_("Notice, in minutes"), min_value=0, max_value=14 * 24 * 60,
        help_text=_("Nobody books you at shorter notice. Two hours are 120."),
    )  # fmt: skip
    horizon_days = forms.IntegerField(label=_("How far ahead, in days"), min_value=1, max_value=180)
    most_a_day = forms.IntegerField(
        label=_("At most so many a day"), min_value=1, max_value=50, required=False
    )


class RuleForm(forms.Form):
    weekday = forms.TypedChoiceField(label=_("Weekday"), choices=Rule.Weekday.choices, coerce=int)
    starts = clock(label=_("From"))
    ends = clock(label=_("To"))
    minutes = forms.IntegerField(
        label=_("Length of each, in minutes"), min_value=SHORTEST, max_value=LONGEST, initial=30
    )
    buffer = forms.IntegerField(
        label=_("Pause after each, in minutes"), min_value=0, max_value=120, initial=0
    )
    seats = forms.IntegerField(
        label=_("Seats"), min_value=1, max_value=50, initial=1,
        help_text=_("How many people may book the same time."),
    )  # fmt: skip
    way = forms.ChoiceField(
        label=_("How you meet"), choices=Rule.Way.choices, widget=forms.RadioSelect,
        initial=Rule.Way.VIDEO,
    )  # fmt: skip
    place = forms.CharField(
        label=_("Link or place"), max_length=300, required=False,
        help_text=_("It is in the invitation. A call may stay without a link: you send it."),
    )  # fmt: skip
    topic = forms.CharField(
        label=_("What it is for"), max_length=120, required=False,
        help_text=_("Shown beside the times."),
    )  # fmt: skip
    valid_from = day(label=_("Valid from"), required=False)
    valid_until = day(label=_("Valid until"), required=False)


class OtherDayForm(forms.Form):
    day = day(label=_("Day"))
    starts = clock(
        label=_("From"), required=False, help_text=_("Leave both times empty for a day off.")
    )
    ends = clock(label=_("To"), required=False)
    like = forms.ModelChoiceField(
        label=_("Otherwise like"), queryset=Rule.objects.none(), required=False,
        empty_label=_("Day off"), help_text=_("Length, seats and place are as in these hours."),
    )  # fmt: skip

    def __init__(self, *args: Any, host: Host | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "like", forms.ModelChoiceField).queryset = Rule.objects.filter(host=host)
