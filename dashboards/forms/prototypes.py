"""Pilots, walkthroughs, and why a frozen version has to change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.forms import area, day, field_of
from dashboards.content.models import Dashboard
from dashboards.forms.people import PersonField, PickedField, offer
from dashboards.people import Choice
from dashboards.prototypes.models import MAX_WHY, Walkthrough
from dashboards.prototypes.selectors import could_walk_through


class PilotForm(forms.Form):
    person = PickedField(
        label=_("Who tries it"), empty_label=_("Choose a person"),
        help_text=_("Best somebody who decides with these figures. They need not be in a group."),
    )  # fmt: skip

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "person", choice)


class ThawForm(forms.Form):
    reason = area(
        3, label=_("Why does it have to change?"), max_length=MAX_WHY,
        help_text=_("What was found. It stays in the audit log."),
    )  # fmt: skip


class WalkthroughForm(forms.Form):
    person = PersonField(
        label=_("With"), queryset=User.objects.none(), empty_label=_("Choose a person"),
        help_text=_("A pilot, or somebody of the groups that it is for."),
    )  # fmt: skip
    held_on = day(label=_("Held on"))
    notes = area(6, label=_("What they did and said"), help_text=_("Their words, not yours."))
    changes = area(
        3, label=_("What was changed because of it"), required=False,
        help_text=_("You can come back and add it later."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        dashboard: Dashboard,
        walkthrough: Walkthrough | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        people = could_walk_through(dashboard)
        if walkthrough is not None:  # who it was with stays a choice, wherever they are now
            people = people | User.objects.filter(pk=walkthrough.person_id)
        field_of(self, "person", forms.ModelChoiceField).queryset = people

    @staticmethod
    def initial_of(walkthrough: Walkthrough) -> dict[str, Any]:
        names = ("person", "held_on", "notes", "changes")
        return {name: getattr(walkthrough, name) for name in names}
