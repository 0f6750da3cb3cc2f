"""The shape of what people say about data sources and what they take from them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ace_portal.lib.forms import time_zone_choices
from ace_portal.lib.saying import said
from kpis.forms.datasets import DatasetForm
from kpis.models import Dataset, DataSource
from kpis.sources.databases.registry import DATABASES
from kpis.sources.origins import LABELS


class KindForm(forms.Form):
    """Which kind of source it is: the next page asks what that kind needs."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of source"),
        choices=lambda: [(kind, said(label)) for kind, label in LABELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a kind.")},
    )


class AtOnceField(forms.IntegerField):
    """How much of the portal's work a source bears."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("At once"), required=False, min_value=1, max_value=20,
            help_text=gettext_lazy(
                "So many loads, and so many questions of a page, it bears side by side. Empty: as "
                "many as the operator has set."
            ),
            **kwargs,
        )  # fmt: skip


class SourceForm(forms.Form):
    """A server's form, or that of a file: ``kind`` decides which fields there are."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("As people call it: Service desk database."),
        error_messages={"required": gettext_lazy("Give it a name.")},
    )
    host = forms.CharField(
        label=gettext_lazy("Host"),
        max_length=253,
        error_messages={"required": gettext_lazy("On which machine is it?")},
    )
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65_535)
    database = forms.CharField(label=gettext_lazy("Database"), max_length=200)
    user = forms.CharField(
        label=gettext_lazy("User"),
        max_length=200,
        help_text=gettext_lazy("One that may only read: others are refused."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        max_length=1_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept encrypted and shown to nobody."),
    )
    tls = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=DataSource.Tls.choices)
    file = forms.ChoiceField(label=gettext_lazy("File"))
    at_once = AtOnceField()

    #: SQL that would mend what was refused
    statement = ""

    def __init__(
        self, *args: Any, kind: str, files: list[str], again: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        database = DATABASES[kind]
        gone = ["host", "port", "database", "user", "password", "tls"]
        for name in gone if database.is_file else ["file"]:
            del self.fields[name]
        if database.is_file:
            self.fields["file"] = forms.ChoiceField(
                label=gettext_lazy("File"),
                choices=[("", _("Choose")), *((name, name) for name in files)],
                help_text=gettext_lazy("The files in the folder that the operator has set aside."),
                error_messages={"required": gettext_lazy("Choose a file.")},
            )
            return
        self.fields["port"].initial = database.default_port
        if kind != "postgresql":
            self.fields["database"].required = False
        if again:
            self.fields["password"].help_text = _("Leave it empty to keep the one that is there.")


class TableForm(DatasetForm):
    """A dataset of a source: a table of it, or a query."""

    relation = forms.ChoiceField(label=gettext_lazy("Table or view"), required=False)
    sql = forms.CharField(
        label=gettext_lazy("Or SQL"),
        required=False,
        strip=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("One query in the database's own words."),
    )
    placement = forms.ChoiceField(
        label=gettext_lazy("How it is used"),
        choices=Dataset.Placement.choices,
        initial=Dataset.Placement.EXTRACT,
        widget=forms.RadioSelect,
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of times without one"), choices=time_zone_choices
    )
    field_order = ["relation", "sql", "name", "description", "placement", "time_zone"]

    def __init__(self, *args: Any, source: DataSource, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [relation_name(row) for row in source.relations]
        self.fields["relation"] = forms.ChoiceField(
            label=gettext_lazy("Table or view"),
            required=False,
            choices=[("", _("None: the SQL below")), *((name, name) for name in names)],
        )
        self.order_fields(self.field_order)
        if not DATABASES[source.kind].is_live:
            del self.fields["placement"]
        if not DATABASES[source.kind].takes_sql:
            del self.fields["sql"]
        self.source = source

    def asked(self, relation: str = "", **given: Any) -> dict[str, Any]:
        """What the service takes."""
        chosen = next((r for r in self.source.relations if relation_name(r) == relation), None)
        named = {"schema": chosen["schema"], "table": chosen["name"]} if chosen else {}
        return {**given, **named}


def relation_name(relation: dict[str, Any]) -> str:
    """``schema.table``, as people write it."""
    return ".".join(part for part in (relation["schema"], relation["name"]) if part)
