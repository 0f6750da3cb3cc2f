from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.forms import ManyField, day, field_of
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboards_for
from office_hours.models import AMAQuestion
from office_hours.services.ama import Outcome
from personas.models import UserGroup
from personas.selectors import groups_for, people_of_ace

DAYS_TO_ANSWER = 7


class SessionForm(forms.Form):
    """Times are those of the host's zone, which the page is shown in."""

    title = forms.CharField(label=_("Title"), max_length=120)
    text = forms.CharField(
        label=_("What it is about"), max_length=10_000, required=False, widget=forms.Textarea,
        help_text=_("Markdown works. Say who answers and what people may ask."),
    )  # fmt: skip
    starts_at = forms.DateTimeField(label=_("Starts"), widget=forms.DateTimeInput)
    ends_at = forms.DateTimeField(label=_("Ends"), widget=forms.DateTimeInput)
    everybody = forms.BooleanField(
        label=_("For everybody who is signed in"), required=False, initial=True
    )
    groups = ManyField(
        label=_("Or for these groups"), queryset=UserGroup.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    dashboard = forms.ModelChoiceField(
        label=_("About the dashboard"), queryset=Dashboard.objects.none(), required=False,
        empty_label=_("About anything"),
        help_text=_("What is not answered becomes feedback on it."),
    )  # fmt: skip
    approval = forms.BooleanField(
        label=_("Questions wait until a moderator has read them"), required=False,
        help_text=_("Otherwise each is there at once; it can still be hidden."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["starts_at"].help_text = _("In your zone, %(zone)s.") % {"zone": zone}
        field_of(self, "groups", ManyField).queryset = groups_for(user)
        field_of(self, "dashboard", forms.ModelChoiceField).queryset = dashboards_for(user)


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"), max_length=500, widget=forms.Textarea,
        help_text=_("Everybody who was invited is told, in these words."),
    )  # fmt: skip


class CloseForm(forms.Form):
    """For each question that is open: who answers it, until when."""

    def __init__(self, *args: Any, questions: list[AMAQuestion], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        soon = timezone.localdate() + timedelta(days=DAYS_TO_ANSWER)
        for question in questions:
            self.fields[f"owner_{question.pk}"] = forms.ModelChoiceField(
                label=_("Who answers it?"), queryset=people_of_ace(), initial=user.pk,
                empty_label=None,
            )  # fmt: skip
            self.fields[f"due_{question.pk}"] = day(label=_("By"), initial=soon)

    def rows(self) -> list[dict[str, Any]]:
        """Each question with its two fields."""
        return [
            {
                "question": question,
                "owner": self[f"owner_{question.pk}"],
                "due": self[f"due_{question.pk}"],
            }
            for question in self.questions
        ]

    def outcomes(self) -> list[Outcome]:
        given = self.cleaned_data
        return [
            Outcome(question.pk, given[f"owner_{question.pk}"], given[f"due_{question.pk}"])
            for question in self.questions
        ]


class AskForm(forms.Form):
    text = forms.CharField(
        label=_("Your question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    without_name = forms.BooleanField(
        label=_("Without my name"), required=False,
        help_text=_("Only the host and the ACE see who asked."),
    )  # fmt: skip


class QuestionTextForm(forms.Form):
    text = forms.CharField(
        label=_("The question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class HideQuestionForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"), max_length=500, widget=forms.Textarea,
        help_text=_("Who asked is told, in these words."),
    )  # fmt: skip


class AnswerForm(forms.Form):
    live = forms.BooleanField(
        label=_("Answered live"), required=False,
        help_text=_("Then the words below are a note and may be left out."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("Answer, or a note"), max_length=10_000, required=False, widget=forms.Textarea,
        help_text=_("Markdown works. It stays on the page of the session."),
    )  # fmt: skip


class WrittenAnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Answer"), max_length=10_000, widget=forms.Textarea,
        help_text=_("Markdown works. It stays on the page of the session; who asked is told."),
    )  # fmt: skip


class DeferForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=_("Who answers it?"), queryset=User.objects.none(), empty_label=None
    )
    due = day(label=_("By"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "owner", forms.ModelChoiceField).queryset = people_of_ace()
        self.fields["due"].initial = timezone.localdate() + timedelta(days=DAYS_TO_ANSWER)
