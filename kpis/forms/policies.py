"""Who sees which rows of a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import field_of
from ace_portal.lib.lists import in_a_line, of_a_line
from kpis.models import Dataset, RowPolicy
from kpis.selectors.data import limiting_columns
from personas.models import UserGroup

LONGEST = 20_000


class PolicyForm(forms.Form):
    """A column, and for each group the values of it that its members see."""

    column = forms.ChoiceField(
        label=_("Rows are told apart by"), required=False,
        help_text=_("People see the rows whose value here is one of theirs."),
    )  # fmt: skip
    attribute = forms.CharField(
        label=_("Attribute of the person"), max_length=40, required=False,
        help_text=_(
            "An administrator gives a person this attribute, for example “region”; its values "
            "are added to those of their groups."
        ),
    )  # fmt: skip

    def __init__(
        self, *args: Any, dataset: Dataset, policy: RowPolicy | None,
        groups: Sequence[UserGroup], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.groups = {f"group_{group.pk}": group for group in groups}
        rules = {rule.group_id: rule.values for rule in policy.rules.all()} if policy else {}
        now = policy.column if policy is not None else ""
        names = dict.fromkeys([*limiting_columns(dataset), *([now] if now else [])])
        field_of(self, "column", forms.ChoiceField).choices = [
            ("", _("Nothing: everybody sees all rows")),
            *((name, name) for name in names),
        ]
        self.initial["column"] = now
        self.initial["attribute"] = policy.attribute if policy is not None else ""
        for name, group in self.groups.items():
            self.fields[name] = forms.CharField(
                label=group.name, required=False, max_length=LONGEST
            )
            self.initial[name] = in_a_line(rules.get(group.pk, ()))

    @property
    def rules(self) -> list[BoundField]:
        return [self[name] for name in self.groups]

    def clean(self) -> dict[str, Any]:
        """``column``, ``attribute`` and ``rules``, as the service takes them."""
        given = super().clean() or self.cleaned_data
        rules = {
            group: of_a_line(given.pop(name))
            for name, group in self.groups.items()
            if given.get(name)
        }
        left = {key: value for key, value in given.items() if key in ("column", "attribute")}
        return {**left, "rules": rules}
