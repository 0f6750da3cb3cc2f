"""The shape of what people say about addresses, what is asked of them, and which rows are read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ace_portal.lib.forms import area, field_of, time_zone_choices
from kpis.forms.sources import AtOnceField, relation_name
from kpis.models import Dataset, DataSource
from kpis.models.arriving import OverlapUnit
from kpis.models.dataset import MOST_KEPT
from kpis.sources import marks
from kpis.sources.base import ROW
from kpis.sources.databases.registry import DATABASES
from kpis.sources.http.asking import MOST_SIZE, Asked

PAGINGS = [
    ("none", gettext_lazy("One answer holds them all")),
    ("page", gettext_lazy("Pages with a number")),
    ("offset", gettext_lazy("An offset: how many rows to leave out")),
    ("next", gettext_lazy("The body names the next address")),
    ("link", gettext_lazy("A “Link” header names the next address")),
    ("cursor", gettext_lazy("The body names a cursor for the next page")),
]
MARK_FORMATS = [
    ("iso", gettext_lazy("2026-03-01T08:00:00Z, or a number as it is")),
    ("date", gettext_lazy("2026-03-01")),
    ("seconds", gettext_lazy("Seconds since 1970")),
    ("milliseconds", gettext_lazy("Milliseconds since 1970")),
]


class AddressForm(forms.Form):
    """An address that answers with JSON."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("As people call it: Ticket system."),
        error_messages={"required": gettext_lazy("Give it a name.")},
    )
    url = forms.CharField(
        label=gettext_lazy("Base address"),
        max_length=500,
        help_text=gettext_lazy("What all its paths begin with: https://desk.example.com/api/v2"),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Where is it?")},
    )
    password = forms.CharField(
        label=gettext_lazy("Token"),
        required=False,
        max_length=4_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept encrypted, shown to nobody and sent to this address alone."),
    )
    header = forms.CharField(
        label=gettext_lazy("Header of the token"),
        required=False,
        max_length=63,
        help_text=gettext_lazy("For example X-Api-Key. Empty: “Authorization: Bearer …”."),
    )
    at_once = AtOnceField()

    #: an address mends nothing with SQL
    statement = ""

    def __init__(self, *args: Any, again: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if again:
            self.fields["password"].help_text = _("Leave it empty to keep the one that is there.")


class AskedForm(forms.Form):
    """What is asked of an address, and how its pages go on."""

    path = forms.CharField(
        label=gettext_lazy("Path"),
        required=False,
        max_length=1_000,
        help_text=gettext_lazy("What comes after the base address: /tickets"),
    )
    parameters = area(
        3,
        label=gettext_lazy("Parameters"),
        required=False,
        max_length=10_000,
        help_text=gettext_lazy("One a line, as name=value. Secrets belong into the token."),
    )
    rows_at = forms.CharField(
        label=gettext_lazy("Where the rows are"),
        required=False,
        max_length=500,
        help_text=gettext_lazy(
            "The place of the list in the body: data.items or /data/items. Empty: the body is the "
            "list."
        ),
    )
    depth = forms.TypedChoiceField(
        label=gettext_lazy("Objects in a row"),
        coerce=int,
        choices=[
            (1, gettext_lazy("Become columns: requester.name")),
            (2, gettext_lazy("Become columns, two levels deep: requester.team.name")),
            (0, gettext_lazy("Stay in one piece, as text")),
        ],
        initial=1,
    )
    paging = forms.ChoiceField(
        label=gettext_lazy("How the pages go on"), choices=PAGINGS, widget=forms.RadioSelect,
        initial="none",
    )  # fmt: skip
    parameter = forms.CharField(
        label=gettext_lazy("Parameter of the page"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Empty: “page”, “offset” or “cursor”."),
    )
    first = forms.IntegerField(
        label=gettext_lazy("Number of the first page"), min_value=0, max_value=1_000_000, initial=1
    )
    next_at = forms.CharField(
        label=gettext_lazy("Where the next one is named"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("The place in the body: links.next or /meta/cursor"),
    )
    size_parameter = forms.CharField(
        label=gettext_lazy("Parameter of the rows a page"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("For example limit or per_page."),
    )
    size = forms.IntegerField(
        label=gettext_lazy("Rows a page"), min_value=0, max_value=MOST_SIZE, initial=0,
        help_text=gettext_lazy("0: as many as the address gives."),
    )  # fmt: skip
    mark_parameter = forms.CharField(
        label=gettext_lazy("Parameter that asks for newer rows"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("For example updated_since. Empty: each load asks for all rows."),
    )
    mark_format = forms.ChoiceField(
        label=gettext_lazy("How it is written"), choices=MARK_FORMATS, initial="iso"
    )

    def clean_parameters(self) -> list[list[str]]:
        pairs = []
        for number, line in enumerate(self.cleaned_data["parameters"].splitlines(), start=1):
            if not line.strip():
                continue
            name, sign, value = line.partition("=")
            if not sign or not name.strip():
                raise ValidationError(
                    _("Line %(n)d is not name=value."), code="pair", params={"n": number}
                )
            pairs.append([name.strip(), value.strip()])
        return pairs

    @staticmethod
    def initial_of(asked: dict[str, Any]) -> dict[str, Any]:
        told = Asked.from_json(asked).to_json()
        lines = [f"{name}={value}" for name, value in told["parameters"]]
        return {**told, "parameters": "\n".join(lines)}


class QueryForm(forms.Form):
    """Another table or query of the same database."""

    relation = forms.ChoiceField(label=gettext_lazy("Table or view"), required=False)
    sql = forms.CharField(
        label=gettext_lazy("Or SQL"),
        required=False,
        strip=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("One query in the database's own words."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of times without one"), choices=time_zone_choices
    )

    def __init__(self, *args: Any, source: DataSource, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relations = {relation_name(row): row for row in source.relations}
        field_of(self, "relation", forms.ChoiceField).choices = [
            ("", _("None: the SQL below")), *((name, name) for name in self.relations),
        ]  # fmt: skip
        if not DATABASES[source.kind].takes_sql:
            del self.fields["sql"]

    def asked(self, relation: str = "", **given: Any) -> dict[str, Any]:
        """What the service takes."""
        chosen = self.relations.get(relation)
        named = {"schema": chosen["schema"], "table": chosen["name"]} if chosen else {}
        return {**given, **named}

    @staticmethod
    def initial_of(dataset: Dataset) -> dict[str, Any]:
        asked = dataset.asked
        named = {"schema": asked.get("schema", ""), "name": asked.get("table", "")}
        return {
            "relation": relation_name(named), "sql": asked.get("sql", ""),
            "time_zone": dataset.time_zone,
        }  # fmt: skip


class ReadingForm(forms.Form):
    """All rows at each load, or those that are newer."""

    mark_column = forms.ChoiceField(
        label=gettext_lazy("Column that only grows"),
        required=False,
        help_text=gettext_lazy(
            "When a row was changed last, or its number. Each load then reads only rows beyond the "
            "greatest value of the live one; rows that were deleted at the source stay."
        ),
    )
    overlap = forms.IntegerField(
        label=gettext_lazy("Overlap"), min_value=0, max_value=1_000_000_000, initial=0,
        help_text=gettext_lazy("So far before that value reading begins, for rows that come late."),
    )  # fmt: skip
    overlap_unit = forms.ChoiceField(
        label=gettext_lazy("Unit"), choices=OverlapUnit.choices, required=False
    )
    keys = forms.MultipleChoiceField(
        label=gettext_lazy("Key columns"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "They tell one row from another: a row that comes again replaces the one there. "
            "Without them new rows are added, and there can be no overlap."
        ),
    )  # fmt: skip
    keep = forms.IntegerField(
        label=gettext_lazy("Earlier loads to keep"), min_value=0, max_value=MOST_KEPT,
        help_text=gettext_lazy("One can go back to these; older ones are collected."),
    )  # fmt: skip

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(dataset, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        types = dataset.live.types if dataset.live is not None else {}
        names = [name for name in types if name != ROW]
        growing = [name for name in names if types[name] in marks.TYPES]
        mine = [] if dataset.mark_column in ("", *growing) else [dataset.mark_column]
        field_of(self, "mark_column", forms.ChoiceField).choices = [
            ("", _("None: each load reads all rows")), *((n, n) for n in [*growing, *mine]),
        ]  # fmt: skip
        gone = [name for name in dataset.keys if name not in names]
        field_of(self, "keys", forms.MultipleChoiceField).choices = [
            (name, name) for name in [*names, *gone]
        ]
