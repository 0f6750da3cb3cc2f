"""Which column plays which role in a template."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ace_portal.lib.saying import said
from kpis.catalogue.filling import VALUE, guesses
from kpis.catalogue.roles import ROLES
from kpis.catalogue.templates import Template
from kpis.models import Dataset, Load


class TemplateForm(forms.Form):
    """One choice of column for each role; for a flag that is no yes or no, its value, too."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)

    def __init__(
        self, *args: Any, template: Template, dataset: Dataset, live: Load, **kwargs: Any
    ) -> None:
        guessed = guesses(template, live.types)
        kwargs.setdefault("initial", {"name": said(template.name), **guessed})
        super().__init__(*args, **kwargs)
        self.dataset = dataset
        for key in template.roles:
            role = ROLES[key]
            fitting = [n for n, kind in live.types.items() if kind in role.types and n != "_row"]
            self.fields[key] = forms.ChoiceField(
                label=said(role.label),
                choices=[("", _("Choose")), *((name, name) for name in fitting)],
                error_messages={"required": _("Which column is it?")},
                help_text="" if fitting else _("No column of this data can be this."),
            )
            if role.value and any(live.types[name] != "boolean" for name in fitting):
                self.fields[key + VALUE] = forms.CharField(
                    label=_("Value that counts: %(what)s") % {"what": said(role.label)},
                    required=False,
                    max_length=200,
                    help_text=_("Not needed where the column says yes or no."),
                )

    def given(self, name: str, **roles: str) -> dict[str, Any]:
        """What the service takes."""
        return {"name": name, "roles": roles}
