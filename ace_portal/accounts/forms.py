from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.forms import time_zone_choices
from ace_portal.lib.lists import in_a_line, of_a_line


class SignInForm(AuthenticationForm):
    """Email and password; a wrong pair is told the same way whether the person exists or not."""

    error_messages = {
        "invalid_login": _("This email and password do not go together. Check both."),
        "inactive": _("This email and password do not go together. Check both."),
    }
    username = forms.EmailField(
        label=_("Email"),
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "email"}),
    )


class SettingsForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    job_title = forms.CharField(
        label=_("What you do"),
        max_length=120,
        required=False,
        help_text=_("Shown beside your name."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zone_choices,
        help_text=_("All times are shown in this zone."),
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme.choices)


class AttributesField(forms.CharField):
    """One attribute a line, ``region: North; South``; as a dictionary of lists."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{name}: {in_a_line(values)}" for name, values in sorted(value.items()))

    def clean(self, value: Any) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for line in super().clean(value).splitlines():
            name, mark, values = line.partition(":")
            if line.strip() and not mark:
                raise ValidationError(
                    _("Write each attribute on a line of its own: its name, “:”, its values.")
                )
            if name.strip():
                found.setdefault(name.strip(), []).extend(of_a_line(values))
        return found


class RolesForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    is_ace = forms.BooleanField(label=_("Member of the ACE team"), required=False)
    may_manage_data = forms.BooleanField(
        label=_("May manage data"),
        required=False,
        help_text=_("Upload files, write SQL over them, load data. Needs the ACE team."),
    )
    is_admin = forms.BooleanField(label=_("Administrator"), required=False)
    attributes = AttributesField(
        label=_("Attributes"),
        required=False,
        help_text=_(
            "Which rows of data are theirs, where a dataset asks for it: “region: North; South”, "
            "one attribute a line."
        ),
    )


class PersonForm(RolesForm):
    email = forms.EmailField(label=_("Email"))
    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least eight characters. Tell it to the person in private."),
    )

    field_order = ["email", "name", "password"]


class PersonEditForm(RolesForm):
    is_active = forms.BooleanField(label=_("May sign in"), required=False)
