"""Definitions against the columns of a load."""

import pytest

from ace_portal.lib.errors import Invalid
from kpis.engine.checks import check_columns
from kpis.engine.parsing import parse_definition

TYPES = {
    "at": "timestamp",
    "closed": "timestamp",
    "day": "date",
    "x": "number",
    "n": "integer",
    "name": "text",
    "met": "boolean",
}


def share(column, op, value):
    return {"measure": {"share": {"of": {"column": column, "op": op, "value": value}}}}


@pytest.mark.parametrize(
    "data",
    [
        {"measure": {"agg": "avg", "column": "x"}, "time_column": "at", "dimensions": ["name"]},
        {"measure": {"agg": "max", "column": {"from": "at", "to": "closed", "unit": "h"}}},
        {"measure": {"agg": "count_distinct", "column": "name"}, "time_column": "day"},
        {"measure": {"stock": {"opened": "at", "closed": "closed"}}},
        share("at", ">=", "2025-03-30"),
        share("at", "=", "2025-03-30T12:30"),
        share("day", "between", ["2025-01-01", "2025-02-01"]),
        share("n", "in", [1, 2, None]),
        share("n", "<", 1.5),
        share("met", "=", True),
        share("name", "contains", "a"),
    ],
    ids=str,
)
def test_fitting_columns_pass(data):
    check_columns(parse_definition(data), TYPES)


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        (
            {"measure": {"agg": "avg", "column": "price"}},
            "measure",
            "The average reads the column “price”, which the data does not have.",
        ),
        (
            {"measure": {"agg": "avg", "column": "name"}},
            "measure.column",
            "The average needs numbers, and “name” is text.",
        ),
        (
            {"measure": {"agg": "count"}, "time_column": "gone"},
            "time_column",
            "The count reads the column “gone”, which the data does not have.",
        ),
        (
            {"measure": {"agg": "count"}, "time_column": "name"},
            "time_column",
            "The time column needs dates, and “name” is text.",
        ),
        (
            {"measure": {"agg": "count"}, "dimensions": ["x"]},
            "dimensions",
            "“x” is a number, which cannot split a KPI; "
            "use text, whole numbers, yes or no, or dates.",
        ),
        (
            {"measure": {"stock": {"opened": "day", "closed": "closed"}}},
            "measure.stock",
            "A stock needs two columns of one kind: “day” is a date, “closed” is a date with time.",
        ),
        (
            {"measure": {"agg": "avg", "column": {"from": "at", "to": "x", "unit": "h"}}},
            "measure.column",
            "A duration needs dates, and “x” is a number.",
        ),
        (
            share("name", "<", "b"),
            "measure.share.of.op",
            "“<” does not fit “name”, which is text.",
        ),
        (share("met", "=", "yes"), "measure.share.of.value", None),
        (share("n", "=", "1"), "measure.share.of.value", None),
        (share("n", "=", True), "measure.share.of.value", None),
        (share("name", "=", 1), "measure.share.of.value", None),
        (share("at", "=", "30.03.2025"), "measure.share.of.value", None),
        (share("at", "=", "2025-03-30T12:30+02:00"), "measure.share.of.value", None),
        (share("day", "=", "2025-03-30T12:30"), "measure.share.of.value", None),
        (share("day", "=", "9999-12-31"), "measure.share.of.value", None),
    ],
    ids=str,
)
def test_columns_that_do_not_fit_are_refused(data, field, sentence):
    with pytest.raises(Invalid) as refusal:
        check_columns(parse_definition(data), TYPES)
    assert refusal.value.field == field
    assert sentence is None or refusal.value.message == sentence
