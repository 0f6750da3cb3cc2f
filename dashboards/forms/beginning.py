"""Who plays which role in a beginning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from dashboards.content.beginnings import NEEDS, Beginning
from dashboards.content.services.beginning import can_play
from dashboards.content.sources import Source


class BeginForm(forms.Form):
    """A list of KPIs for each role, of those alone that can play it."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, beginning: Beginning, sources: Sequence[Source], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.roles = [role.key for role in beginning.roles]
        for role in beginning.roles:
            fitting = [(s.version.pk, str(s.kpi)) for s in sources if can_play(role, s)]
            nobody = _("Nothing: its tiles are left out") if role.optional else _("Choose a KPI")
            self.fields[role.key] = forms.TypedChoiceField(
                label=str(role.name),
                coerce=int,
                empty_value=None,
                choices=[("", nobody), *fitting],
                required=not role.optional,
                help_text=_("Needs %(what)s.") % {"what": NEEDS[role.needs]},
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kpis = {name: given[name] for name in self.roles if given.get(name) is not None}
        return {"kpis": kpis, "revision": given.get("revision")}
