from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from feedback.models import PulseAnswer, RoadmapItem, Thread
from feedback.selectors import open_items, threads_for
from feedback.services.roadmap import HORIZONS
from personas.selectors import people_of_ace

LONGEST = 10_000
HINT = _("Markdown works. Everybody who may open this dashboard reads it.")


class ThreadForm(forms.Form):
    """``filters`` is what the writer saw the tile under."""

    kind = forms.ChoiceField(
        label=_("What is it?"), choices=Thread.Kind.choices, widget=forms.RadioSelect,
        initial=Thread.Kind.QUESTION,
    )  # fmt: skip
    text = forms.CharField(
        label=_("What do you want to say?"), max_length=LONGEST, widget=forms.Textarea,
        help_text=HINT,
    )  # fmt: skip
    private = forms.BooleanField(
        label=_("Only the ACE reads it"), required=False,
        help_text=_("Nobody else of your group sees it."),
    )  # fmt: skip
    filters = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class WordsForm(forms.Form):
    """A reply or a note."""

    text = forms.CharField(label=_("Reply"), max_length=LONGEST, widget=forms.Textarea)


class TextForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is it?"), choices=Thread.Kind.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What do you want to say?"), max_length=LONGEST, widget=forms.Textarea
    )


class HideForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"), max_length=500, widget=forms.Textarea,
        help_text=_("Its author is told, in these words."),
    )  # fmt: skip


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=_("Who takes care of it?"), queryset=User.objects.none(), required=False,
        empty_label=_("Nobody yet"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_of_ace()  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    """The public reply of a decision; which other thread says the same, for a merge."""

    duplicate_of = forms.ModelChoiceField(
        label=_("Which thread says the same?"), queryset=Thread.objects.none(), required=False
    )
    reply = forms.CharField(
        label=_("Your reply"), max_length=LONGEST, required=False, widget=forms.Textarea,
        help_text=_("Everybody in the thread reads it, and those who want the same are told."),
    )  # fmt: skip

    def __init__(self, *args: Any, thread: Thread, to: str, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if to != Thread.State.DUPLICATE:
            del self.fields["duplicate_of"]
            return
        others = threads_for(user).filter(dashboard=thread.dashboard_id).exclude(pk=thread.pk)
        others = others.exclude(state=Thread.State.DUPLICATE)
        self.fields["duplicate_of"].queryset = others  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    title = forms.CharField(label=_("What comes"), max_length=120)
    text = forms.CharField(
        label=_("What people get"), max_length=2000, required=False, widget=forms.Textarea,
        help_text=_("In their words; the release notes and the mail to them say it."),
    )  # fmt: skip
    state = forms.ChoiceField(
        label=_("When"), widget=forms.RadioSelect, initial="later",
        choices=HORIZONS,
    )  # fmt: skip


class PlanForm(forms.Form):
    """Join an item that is there, or begin one."""

    item = forms.ModelChoiceField(
        label=_("Part of"), queryset=RoadmapItem.objects.none(), required=False,
        empty_label=_("A new item"),
    )  # fmt: skip
    title = forms.CharField(
        label=_("What comes"), max_length=120, required=False,
        help_text=_("For a new item; left empty it is called like the thread."),
    )  # fmt: skip
    state = forms.ChoiceField(
        label=_("When"), widget=forms.RadioSelect, initial="later",
        choices=HORIZONS,
    )  # fmt: skip

    def __init__(self, *args: Any, thread: Thread, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = open_items(thread.dashboard)
        self.fields["item"].queryset = items  # type: ignore[attr-defined]


class PulseForm(forms.Form):
    choice = forms.TypedChoiceField(
        label=_("Did it give you what you asked for?"), coerce=int, widget=forms.RadioSelect,
        choices=list(reversed(PulseAnswer.Choice.choices)),
    )  # fmt: skip
    comment = forms.CharField(
        label=_("Anything to add?"), max_length=2000, required=False, widget=forms.Textarea,
        help_text=_("The ACE reads it without your name."),
    )  # fmt: skip
