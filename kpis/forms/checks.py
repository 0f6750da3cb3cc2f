"""The shape of a check, one form for each kind."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.forms import area, field_of
from kpis.checking.rules import LISTED, ORDERED
from kpis.models import QualityCheck
from kpis.sources.base import ROW

SOURCES = {"range": ORDERED, "accepted": LISTED}


class CheckForm(forms.Form):
    """What every check has; the columns are those that are live, of types that the kind takes."""

    kind = ""
    severity = forms.ChoiceField(
        label=_("If it fails"), choices=QualityCheck.Severity.choices, widget=forms.RadioSelect,
        initial=QualityCheck.Severity.BLOCKING,
    )  # fmt: skip
    active = forms.BooleanField(
        label=_("Check every new load"), required=False, initial=True,
        help_text=_("Off: the check stays here and is not made."),
    )  # fmt: skip

    def __init__(self, *args: Any, types: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name not in CheckForm.base_fields])
        if "columns" in self.fields:
            wanted = SOURCES.get(self.kind, tuple(set(types.values())))
            known = [name for name, kind in types.items() if kind in wanted and name != ROW]
            now = [name for name in self.initial.get("columns", ()) if name not in known]
            columns = field_of(self, "columns", forms.ChoiceField)
            columns.choices = [(name, name) for name in [*known, *now]]

    @classmethod
    def initial_of(cls, check: QualityCheck) -> dict[str, Any]:
        rule = dict(check.rule)
        if "values" in rule:
            rule["values"] = "\n".join(rule["values"])
        return {**rule, "severity": check.severity, "active": check.active}


class ColumnsForm(CheckForm):
    columns = forms.MultipleChoiceField(label=_("Columns"), widget=forms.CheckboxSelectMultiple)

    field_order = ["columns", "severity", "active"]


class UniqueForm(ColumnsForm):
    kind = "unique"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["columns"].help_text = _(
            "Several: together they are unique. Rows in which one is empty are not looked at."
        )


class NotNullForm(ColumnsForm):
    kind = "not_null"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["columns"].help_text = _("Several: none of them is empty in any row.")


class ColumnForm(CheckForm):
    columns = forms.ChoiceField(label=_("Column"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = self.initial.get("columns")
        if isinstance(first, list):
            self.initial["columns"] = first[0] if first else ""

    def clean_columns(self) -> list[str]:
        return [self.cleaned_data["columns"]]


class RangeForm(ColumnForm):
    kind = "range"
    least = forms.CharField(label=_("Least"), max_length=40, required=False)
    most = forms.CharField(
        label=_("Greatest"), max_length=40, required=False,
        help_text=_(
            "Numbers as 12.5, dates as 2024-03-01, times in UTC as 2024-03-01 08:00. "
            "Empty cells pass."
        ),
    )  # fmt: skip

    field_order = ["columns", "least", "most", "severity", "active"]


class AcceptedForm(ColumnForm):
    kind = "accepted"
    values = area(
        6, label=_("Values"), max_length=40_000,
        help_text=_("One on each line, letter by letter as in the data. Empty cells pass."),
    )  # fmt: skip

    field_order = ["columns", "values", "severity", "active"]

    def clean_values(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["values"].splitlines() if line.strip()]


class FreshnessForm(CheckForm):
    kind = "freshness"
    hours = forms.FloatField(
        label=_("At most so many hours old"),
        help_text=_("From the latest time in the data to the moment of the check."),
    )

    field_order = ["hours", "severity", "active"]


class RowsForm(CheckForm):
    kind = "rows"
    percent = forms.FloatField(
        label=_("At most so many percent more or fewer"),
        help_text=_("Than the load that is live. A first load passes."),
    )

    field_order = ["percent", "severity", "active"]


class SqlCheckForm(CheckForm):
    kind = "sql"
    sql = forms.CharField(
        label=_("Query for the rows that are wrong"),
        strip=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("It passes where the query answers no row."),
        error_messages={"required": _("Write a query first.")},
    )

    field_order = ["sql", "severity", "active"]


FORMS: dict[str, type[CheckForm]] = {
    form.kind: form
    for form in (
        UniqueForm, NotNullForm, RangeForm, AcceptedForm, FreshnessForm, RowsForm, SqlCheckForm,
    )
}  # fmt: skip

#: kind → what it is for, where one chooses
PURPOSES = {
    "unique": _("No two rows share a key."),
    "not_null": _("A column has a value in every row."),
    "range": _("Numbers, dates or times stay between two ends."),
    "accepted": _("A column holds nothing but known values."),
    "freshness": _("The latest time in the data is recent enough."),
    "rows": _("A load is not much longer or shorter than the one before."),
    "sql": _("A query of your own finds the rows that are wrong."),
}
