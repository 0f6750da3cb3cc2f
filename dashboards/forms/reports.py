"""When a report comes, and to whom."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.forms import field_of, time_zone_choices
from dashboards.forms.people import PickedField, offer
from dashboards.people import Choice
from dashboards.reports.models import Subscription
from dashboards.reports.schedule import LAST_DAY, Schedule

EVERY = Subscription.Every
#: of these the next sends follow
TIMES = ("every", "weekday", "day", "at", "zone")


class ReportForm(forms.Form):
    """``query`` are the filters in the address that the page was left with."""

    person = PickedField(label=_("For"), required=False, empty_label=None)
    every = forms.ChoiceField(
        label=_("How often"), choices=EVERY.choices, widget=forms.RadioSelect, initial=EVERY.WEEKLY
    )
    weekday = forms.TypedChoiceField(
        label=_("Weekday"), coerce=int, choices=sorted(WEEKDAYS.items()), initial=0
    )
    day = forms.IntegerField(
        label=_("Day of the month"), min_value=1, max_value=LAST_DAY, initial=1,
        help_text=_("1 to 28: every month has it."),
    )  # fmt: skip
    at = forms.TimeField(label=_("At"), initial=time(8))
    zone = forms.ChoiceField(label=_("Time zone"))
    skip_empty = forms.BooleanField(
        label=_("Send nothing when no tile has a figure"), required=False, initial=True
    )
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, choice: Choice | None = None, **kwargs: Any) -> None:
        """With a ``choice`` it is a new one: the ACE chooses for whom."""
        super().__init__(*args, **kwargs)
        zone = field_of(self, "zone", forms.ChoiceField)
        zone.choices = time_zone_choices()
        if choice is None:
            del self.fields["person"]
            return
        zone.required = False
        zone.choices = [("", _now("As in the person's settings")), *time_zone_choices()]
        self.fields["person"].initial = user.pk
        offer(self, "person", choice)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        at = given.pop("at", None)
        return {**given, "hour": at.hour, "minute": at.minute} if at is not None else given

    @staticmethod
    def initial_of(subscription: Subscription) -> dict[str, Any]:
        simple = ("every", "weekday", "day", "zone", "skip_empty", "query")
        return {name: getattr(subscription, name) for name in simple} | {
            "at": time(subscription.hour, subscription.minute)
        }

    def upcoming(self, zone: str) -> list[datetime]:
        """The next three sends by what the form shows; ``zone`` where it names none."""
        values = {name: self[name].value() for name in TIMES}
        try:
            at = self.fields["at"].clean(values["at"])
            schedule = Schedule(
                every=self.fields["every"].clean(values["every"]),
                hour=at.hour,
                minute=at.minute,
                zone=self.fields["zone"].clean(values["zone"]) or zone,
                weekday=self.fields["weekday"].clean(values["weekday"]),
                day=self.fields["day"].clean(values["day"]),
            )
        except forms.ValidationError:
            return []
        return schedule.upcoming(timezone.now())
