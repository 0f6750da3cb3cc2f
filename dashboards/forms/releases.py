"""Handing a draft out, and opening it to a group."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import area, field_of
from dashboards.content.models import Dashboard
from dashboards.lifecycle.models import MAX_REASON
from personas.models import UserGroup


class ReleaseForm(forms.Form):
    notes = area(
        6,
        label=_("Release notes"),
        required=False,
        help_text=_("What is different, for the people who use it."),
        error_messages={"required": _("Say what is different in this version.")},
    )

    def __init__(self, *args: Any, again: bool = False, **kwargs: Any) -> None:
        """``again``: people know a version, and are told what has become of it."""
        super().__init__(*args, **kwargs)
        self.fields["notes"].required = again


class LaunchForm(forms.Form):
    group = forms.ModelChoiceField(
        label=_("Open it to"), queryset=UserGroup.objects.none(), empty_label=None
    )

    announcement = area(
        4,
        label=_("Announcement"),
        required=False,
        max_length=MAX_REASON,
        help_text=_("What it is for, in a few words to the people who get it."),
    )

    def __init__(self, *args: Any, dashboard: Dashboard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_now = dashboard.launches.filter(ended_at__isnull=True).values("group")
        groups = UserGroup.objects.exclude(pk__in=open_now)
        field_of(self, "group", forms.ModelChoiceField).queryset = groups
