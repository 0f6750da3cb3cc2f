"""The shape of what people say about files, datasets and their SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ace_portal.lib.forms import field_of, time_zone_choices
from kpis.models import Dataset
from kpis.sources.csv.encoding import ENCODINGS
from kpis.sources.reading import ColumnProfile, Need, Profile
from kpis.sources.registry import file_source

TYPE_WORDS = {
    "text": gettext_lazy("Text"),
    "integer": gettext_lazy("Whole number"),
    "number": gettext_lazy("Number"),
    "boolean": gettext_lazy("Yes or no"),
    "date": gettext_lazy("Date"),
    "timestamp": gettext_lazy("Date and time"),
}
BAD_ROWS = [
    ("stop", gettext_lazy("Stop and say which one it is")),
    ("skip", gettext_lazy("Skip it and count it")),
]
DECIMALS = [(".", gettext_lazy("Point: 1.5")), (",", gettext_lazy("Comma: 1,5"))]
DELIMITERS = [
    (",", gettext_lazy("Comma")),
    (";", gettext_lazy("Semicolon")),
    ("\t", gettext_lazy("Tab")),
    ("|", gettext_lazy("Bar")),
]
QUOTES = [('"', gettext_lazy('Double: "text"')), ("'", gettext_lazy("Single: 'text'"))]
#: the fields of the preview that are about the file, in their order on the page
ABOUT_THE_FILE = (
    "sheet", "date_order", "time_zone", "header_row", "null_tokens", "decimal", "encoding",
    "delimiter", "quote", "bad_rows",
)  # fmt: skip
NUMERIC_DATE = re.compile(r"\b(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})\b")


class DatasetForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        error_messages={"required": gettext_lazy("Give it a name.")},
    )
    description = forms.CharField(
        label=gettext_lazy("What one row is"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For example: one event of an incident, in the order of the log."),
    )


class PreviewForm(DatasetForm):
    """The questions that a file leaves open, and a type for each of its columns."""

    date_order = forms.ChoiceField(
        label=gettext_lazy("How the dates are written"), widget=forms.RadioSelect
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=time_zone_choices,
        help_text=gettext_lazy("In which the file's times are meant, where they do not say so."),
    )
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), widget=forms.RadioSelect)
    header_row = forms.IntegerField(
        label=gettext_lazy("Row with the names of the columns"),
        min_value=0,
        max_value=1_048_576,
        required=False,
        help_text=gettext_lazy("0: there is none."),
    )
    encoding = forms.ChoiceField(label=gettext_lazy("Letters are written in"))
    delimiter = forms.ChoiceField(label=gettext_lazy("Cells are cut at"))
    quote = forms.ChoiceField(label=gettext_lazy("Quotes around a text"), choices=QUOTES)
    decimal = forms.ChoiceField(
        label=gettext_lazy("Decimal mark"), choices=DECIMALS, widget=forms.RadioSelect
    )
    null_tokens = forms.MultipleChoiceField(
        label=gettext_lazy("What stands for nothing"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    bad_rows = forms.ChoiceField(
        label=gettext_lazy("A row that does not fit"), choices=BAD_ROWS, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, profile: Profile, kind: str, named: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.profile = profile
        if not named:
            del self.fields["name"], self.fields["description"]
        for name in [name for name in ABOUT_THE_FILE if name not in file_source(kind).answers]:
            self.fields.pop(name, None)
        if "encoding" in self.fields:
            self._tell_how_it_is_cut(profile)
        for asked in ("date_order", "sheet", "decimal", "encoding"):
            self._ask(asked, [need for need in profile.needs if need.kind == asked])
        if "null_tokens" in self.fields:
            self._ask_for_nulls(profile)
        for place, column in enumerate(profile.columns):
            self.fields[f"type_{place}"] = forms.ChoiceField(
                label=_("Type of %(name)s") % {"name": column.name},
                choices=[(name, TYPE_WORDS[name]) for name in TYPE_WORDS if name in column.choices],
            )

    def _tell_how_it_is_cut(self, profile: Profile) -> None:
        options = profile.options.to_json()
        seen, cut = str(options["encoding"]), options["delimiter"] or ","
        encoding = field_of(self, "encoding", forms.ChoiceField)
        encoding.choices = [(name, name) for name in dict.fromkeys([seen, *ENCODINGS])]
        encoding.help_text = profile.encoding_note
        others = [] if cut in dict(DELIMITERS) else [(cut, f"“{cut}”")]
        delimiter = field_of(self, "delimiter", forms.ChoiceField)
        delimiter.choices = [*DELIMITERS, *others]
        delimiter.help_text = profile.dialect_note

    def _ask(self, name: str, needs: list[Need]) -> None:
        """Put the file's questions to the field; one that is not open is not asked."""
        if not needs:
            if name in ("date_order", "sheet"):
                self.fields.pop(name, None)
            return
        field = field_of(self, name, forms.ChoiceField)
        if name == "date_order":
            field.choices = date_choices(needs[0], self.profile)
        elif name == "sheet":
            field.choices = [*zip(needs[0].choices, needs[0].labels, strict=True)]
        field.help_text = " ".join(need.question for need in needs)
        field.error_messages["required"] = _("Choose one: the file does not say.")

    def _ask_for_nulls(self, profile: Profile) -> None:
        tokens = [token for token in profile.null_candidates if token.token]
        empty = sum(token.count for token in profile.null_candidates if not token.token)
        if not tokens:
            del self.fields["null_tokens"]
            return
        field = field_of(self, "null_tokens", forms.MultipleChoiceField)
        field.choices = [
            (token.token, f"“{token.token}”, {times(token.count)}") for token in tokens
        ]
        field.help_text = _("Empty cells always do: %(n)s of them here.") % {"n": f"{empty:,}"}

    @property
    def questions(self) -> list[BoundField]:
        """What the file leaves open and changes what is read."""
        kinds = {need.kind for need in self.profile.needs if need.urgent or need.kind != "sheet"}
        return [self[name] for name in ABOUT_THE_FILE if name in kinds and name in self.fields]

    @property
    def reading(self) -> list[BoundField]:
        """What else may be said about the file."""
        asked = {bound.name for bound in self.questions}
        return [self[name] for name in ABOUT_THE_FILE if name in self.fields and name not in asked]

    @property
    def columns(self) -> list[tuple[ColumnProfile, BoundField]]:
        return [
            (column, self[f"type_{place}"]) for place, column in enumerate(self.profile.columns)
        ]

    def field_of(self, column: str) -> str:
        """Where a column's type is chosen; "types" where it has no place."""
        names = [known.name for known in self.profile.columns]
        return f"type_{names.index(column)}" if column in names else "types"

    def answers(self) -> dict[str, Any]:
        """What the services take, from what is valid so far."""
        given = self.cleaned_data
        said = ("name", "description", *ABOUT_THE_FILE)
        answers = {key: given[key] for key in said if key in given and key != "null_tokens"}
        if "null_tokens" in self.fields:
            offered = {token.token for token in self.profile.null_candidates if token.token}
            kept = [token for token in self.initial["null_tokens"] if token not in offered]
            answers["null_tokens"] = [*kept, *given.get("null_tokens", [])]
        types = {
            column.name: given[f"type_{place}"]
            for place, column in enumerate(self.profile.columns)
            if f"type_{place}" in given
        }
        return {**answers, "types": types}

    @classmethod
    def initial_of(cls, profile: Profile, **others: Any) -> dict[str, Any]:
        """As it was seen; ``others`` win."""
        options = profile.options
        types = {**options.types, **others.pop("types", {})}
        asked = {need.kind: need.suggestion for need in profile.needs if need.kind == "date_order"}
        told = {key: value for key, value in options.to_json().items() if key in ABOUT_THE_FILE}
        if any(need.kind == "decimal" for need in profile.needs):
            told.pop("decimal", None)  # it is asked: whichever stood there would look decided
        initial: dict[str, Any] = {
            **told,
            "date_order": asked.get("date_order", ""),
            "null_tokens": [token for token in options.null_tokens if token],
            "bad_rows": "stop",
        }
        for place, column in enumerate(profile.columns):
            initial[f"type_{place}"] = types.get(column.name, column.type)
        return {**initial, **others}


def times(count: int) -> str:
    return ngettext("%(n)s time", "%(n)s times", count) % {"n": f"{count:,}"}


def name_of(file_name: str) -> str:
    """``incident_event-log.csv`` → ``Incident event log``."""
    words = re.sub(r"[\W_]+", " ", Path(file_name).stem).strip()
    return (words[:1].upper() + words[1:])[:120]


def date_choices(need: Need, profile: Profile) -> list[tuple[str, str]]:
    """Each order with what it makes of a date of the file that tells them apart."""
    words = {"day_first": _("Day first"), "month_first": _("Month first")}
    sample = _telling_date(need, profile)
    return [(order, _reading(words[order], order, sample)) for order in need.choices]


def _telling_date(need: Need, profile: Profile) -> re.Match[str] | None:
    """The first date of the column whose day and month can change places."""
    names = [column.name for column in profile.columns]
    place = names.index(need.column)
    cells = [*profile.columns[place].examples, *(row[place] for row in profile.preview)]
    found = (NUMERIC_DATE.search(cell) for cell in cells)
    return next(
        (
            match
            for match in found
            if match and match[1].lstrip("0") != match[3].lstrip("0")
            and 0 < int(match[1]) <= 12 and 0 < int(match[3]) <= 12
        ),
        None,
    )  # fmt: skip


def _reading(word: str, order: str, sample: re.Match[str] | None) -> str:
    if sample is None:
        return word
    first, second, year = int(sample[1]), int(sample[3]), int(sample[4])
    day, month = (first, second) if order == "day_first" else (second, first)
    read = date(year + 2000 if year < 100 else year, month, day)
    return _("%(order)s: %(written)s is %(read)s") % {
        "order": word, "written": sample[0], "read": formats.date_format(read, "j F Y"),
    }  # fmt: skip


class SqlForm(forms.Form):
    sql = forms.CharField(
        label=gettext_lazy("SQL"),
        strip=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": gettext_lazy("Write a query first.")},
    )


class PreparedForm(DatasetForm, SqlForm):
    field_order = ["name", "description", "sql"]

    @staticmethod
    def initial_of(dataset: Dataset) -> Mapping[str, Any]:
        return {"name": dataset.name, "description": dataset.description, "sql": dataset.sql}
