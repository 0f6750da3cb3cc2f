"""Definitions in plain English."""

import pytest

from kpis.engine.parsing import parse_definition, parse_where
from kpis.engine.words import where_words, words

MET = {"column": "made_sla", "op": "=", "value": True}
PHONE = {"column": "channel", "op": "in", "value": ["Phone", None]}
LABELS = {"made_sla": "SLA met", "opened_at": "opening", "closed_at": "closing"}


@pytest.mark.parametrize(
    ("measure", "formula"),
    [
        ({"agg": "count"}, "number of rows"),
        ({"agg": "count", "where": MET}, "number of rows where SLA met is yes"),
        ({"agg": "count_distinct", "column": "user"}, "number of different values of user"),
        (
            {"agg": "avg", "column": {"from": "opened_at", "to": "closed_at", "unit": "h"}},
            "average of hours from opening to closing",
        ),
        ({"agg": "quantile", "column": "x", "q": 0.5}, "median of x"),
        ({"agg": "quantile", "column": "x", "q": 0.95}, "95 % quantile of x"),
        (
            {"ratio": [{"agg": "sum", "column": "cost"}, {"agg": "count"}], "scale": 1000},
            "sum of cost ÷ number of rows, times 1000",
        ),
        (
            {"stock": {"opened": "opened_at", "closed": "closed_at"}},
            "rows open at the end of the period, by opening and closing",
        ),
        (
            {"net": {"in": "opened_at", "out": "closed_at", "where": MET}},
            "rows that came, by opening, minus rows that went, by closing where SLA met is yes",
        ),
        ({"rate": {"measure": {"agg": "count"}, "per": "day"}}, "number of rows, per day"),
        (
            {"window": {"measure": {"share": {"of": MET}}, "kind": "moving", "periods": 3}},
            "share of rows where SLA met is yes, among all rows, over 3 months",
        ),
        (
            {"window": {"measure": {"agg": "count"}, "kind": "cumulative"}},
            "number of rows, since the year began",
        ),
        (
            {"window": {"measure": {"agg": "count"}, "kind": "cumulative", "since": "all"}},
            "number of rows, since the data begins",
        ),
        (
            {"formula": "(a-b)/a*100", "kpis": {"a": "made_sla", "b": "other"}},
            "(SLA met − other) ÷ SLA met × 100",
        ),
    ],
    ids=str,
)
def test_formula_in_words(measure, formula):
    assert words(parse_definition({"measure": measure}), LABELS).formula == formula


def test_share_names_its_sides_and_conditions():
    definition = parse_definition(
        {
            "measure": {"share": {"of": MET, "among": PHONE}},
            "time_column": "opened_at",
            "time_zone": "Europe/Berlin",
            "exclusions": {"column": "state", "op": "=", "value": "Cancelled"},
            "null_rule": "exclude",
        }
    )
    said = words(definition, LABELS)
    assert said.formula == (
        "share of rows where SLA met is yes, among rows where channel is one of “Phone” or empty"
    )
    assert said.numerator == "rows where channel is one of “Phone” or empty and SLA met is yes"
    assert said.denominator == "rows where channel is one of “Phone” or empty"
    assert said.conditions == (
        "rows are left out where state is “Cancelled”",
        "a row whose condition is unknown is left out",
        "a row belongs to the period of its opening (Europe/Berlin)",
    )


def test_share_of_all_rows():
    said = words(parse_definition({"measure": {"share": {"of": MET}}}))
    assert said.formula == "share of rows where made_sla is yes, among all rows"
    assert (said.numerator, said.denominator) == ("rows where made_sla is yes", "all rows")
    assert said.conditions == ("a row whose condition is unknown counts as not met",)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({"all": [MET, {"any": [PHONE, MET]}]},
         "made_sla is yes and (channel is one of “Phone” or empty or made_sla is yes)"),
        ({"not": MET}, "not (made_sla is yes)"),
        ({"column": "x", "op": "between", "value": [1, 2.5]}, "x is from 1 to 2.5"),
        ({"column": "x", "op": "is null"}, "x is empty"),
        ({"column": "x", "op": "≥", "value": 1500000}, "x is at least 1500000"),
        ({"column": "x", "op": "in", "value": [1, 2, 3, 4, 5, 6, 7]},
         "x is one of 1, 2, 3, 4, 5 and 2 more"),
    ],
    ids=str,
)  # fmt: skip
def test_condition_in_words(where, text):
    assert where_words(parse_where(where)) == text


def test_working_hours_in_words():
    calendar = {
        "zone": "Europe/Berlin",
        "week": [[["09:00", "12:00"], ["13:00", "17:00"]]] * 4 + [[["09:00", "13:00"]], [], []],
        "holidays": ["2026-12-25", "2026-12-26"],
    }
    operand = {"from": "opened_at", "to": "closed_at", "unit": "h", "calendar": calendar}
    said = words(parse_definition({"measure": {"agg": "avg", "column": operand}}), LABELS)
    assert said.formula == "average of working hours from opening to closing"
    assert said.conditions == (
        "working time is Mon–Thu 09:00–12:00, 13:00–17:00; Fri 09:00–13:00 (Europe/Berlin), "
        "without 2 holidays",
    )


def test_rate_names_its_sides():
    measure = {"rate": {"measure": {"agg": "count"}, "per": "hour"}}
    said = words(parse_definition({"measure": measure, "time_column": "at"}))
    assert (said.numerator, said.denominator) == ("number of rows", "hours of the period")


def test_window_says_what_a_total_is():
    measure = {"window": {"measure": {"agg": "count"}, "kind": "moving", "periods": 2}}
    said = words(parse_definition({"measure": measure, "time_column": "at", "grain": "week"}))
    assert said.formula == "number of rows, over 2 weeks"
    assert said.conditions == (
        "a figure is that of the end of its period or range",
        "a row belongs to the period of its at (UTC)",
    )
