"""Definitions from JSON: what passes, what is refused and how the refusal reads."""

import json

import jsonschema
import pytest

from ace_portal.lib.errors import Invalid
from kpis.engine.canonical import canonical, sha256
from kpis.engine.definition import columns_used
from kpis.engine.parsing import parse_definition
from kpis.engine.schema import DEFINITION_SCHEMA

X = {"column": "x", "op": "=", "value": 1}
COUNT = {"agg": "count"}

OFFICE = [[["09:00", "17:00"]]] * 5 + [[], []]


def moving(measure, periods):
    return {"window": {"measure": measure, "kind": "moving", "periods": periods}}


def rate(measure, per="day"):
    return {"rate": {"measure": measure, "per": per}}


def worked(unit="h", **calendar):
    calendar = {"zone": "Europe/Berlin", "week": OFFICE} | calendar
    return {"from": "a", "to": "b", "unit": unit, "calendar": calendar}


GOOD = [
    {"measure": moving(COUNT, 12), "time_column": "at"},
    {"measure": moving({"agg": "quantile", "column": "x", "q": 0.5}, 3), "fiscal_start": 4},
    {"measure": {"window": {"measure": rate(COUNT), "kind": "cumulative"}}},
    {
        "measure": {
            "window": {"measure": {"share": {"of": X}}, "kind": "cumulative", "since": "all"}
        }
    },
    {"measure": rate({"agg": "sum", "column": worked(holidays=["2026-12-25"])}, "week")},
    {"measure": rate({"net": {"in": "a", "out": "b"}}, "hour")},
    {"measure": {"agg": "avg", "column": worked(name="Desk", week=[[["00:00", "24:00"]]] * 7)}},
    {"measure": {"formula": "(a - b) / c * 100", "kpis": {"a": "x", "b": "y", "c": "z"}}},
    {"measure": COUNT},
    {"measure": {"agg": "count", "column": "x", "where": X}},
    {"measure": {"agg": "avg", "column": {"from": "a", "to": "b", "unit": "h"}}},
    {"measure": {"agg": "quantile", "column": "x", "q": 0.9}, "time_column": "at"},
    {"measure": {"share": {"of": X, "among": {"not": X}}}, "null_rule": "exclude"},
    {"measure": {"ratio": [{"agg": "sum", "column": "x"}, COUNT]}},
    {"measure": {"ratio": [COUNT, COUNT], "scale": 1000}, "min_cases": 0},
    {"measure": {"stock": {"opened": "a", "closed": "b", "where": X}}, "week_start": 6},
    {"measure": {"net": {"in": "a", "out": "b"}}, "time_zone": "Europe/Berlin"},
    {"measure": COUNT, "time_column": None, "exclusions": None, "dimensions": ["g", "h"]},
    {"measure": COUNT, "exclusions": {"any": [X, {"column": "x", "op": "is null"}]}},
    {"measure": COUNT, "exclusions": {"column": "x", "op": "in", "value": ["a", None]}},
    {"measure": COUNT, "exclusions": {"column": "x", "op": "≤", "value": 3.5}},
    {"measure": COUNT, "exclusions": {"column": "x", "op": "between", "value": [1, 2]}},
    {"measure": COUNT, "exclusions": {"column": "x", "op": "contains", "value": "a"}},
]

BAD = [
    ([], "", "A definition is written as an object with named parts."),
    ({}, "measure", "A definition needs a measure."),
    ({"measure": COUNT, "color": 1}, "color", None),
    (
        {"measure": {}},
        "measure",
        "A measure is exactly one of agg, share, ratio, stock, net, rate, window and formula.",
    ),
    ({"measure": {**COUNT, "share": {"of": X}}}, "measure", None),
    (
        {"measure": {"window": {"measure": COUNT, "kind": "moving"}}},
        "measure.window.periods",
        "“periods” is missing.",
    ),
    ({"measure": moving(COUNT, 1)}, "measure.window.periods", None),
    (
        {"measure": moving({"stock": {"opened": "a", "closed": "b"}}, 2)},
        "measure.window.measure",
        "A stock has its past in it already: it takes no window.",
    ),
    ({"measure": moving(moving(COUNT, 2), 2)}, "measure.window.measure", None),
    (
        {"measure": {"window": {"measure": COUNT, "kind": "cumulative", "periods": 3}}},
        "measure.window.periods",
        None,
    ),
    (
        {"measure": {"window": {"measure": COUNT, "kind": "cumulative", "since": "week"}}},
        "measure.window.since",
        "Choose one of year and all.",
    ),
    (
        {"measure": rate({"agg": "avg", "column": "x"})},
        "measure.rate.measure",
        "Only counts, sums and net flows have a rate per unit of time.",
    ),
    ({"measure": rate(COUNT, "month")}, "measure.rate.per", "Choose one of hour, day and week."),
    ({"measure": rate(moving(COUNT, 2))}, "measure.rate.measure", None),
    ({"measure": {"formula": "a - b", "kpis": {}}}, "measure.kpis", None),
    ({"measure": {"formula": "", "kpis": {"a": "x"}}}, "measure.formula", None),
    ({"measure": {"formula": "a"}}, "measure.kpis", "“kpis” is missing."),
    (
        {"measure": {"agg": "avg", "column": worked(unit="d")}},
        "measure.column.unit",
        "A working day has no length of its own; count hours, minutes or seconds.",
    ),
    (
        {"measure": {"agg": "avg", "column": worked(week=[[]] * 7)}},
        "measure.column.calendar.week",
        "Working hours need one stretch at least.",
    ),
    (
        {"measure": {"agg": "avg", "column": worked(week=OFFICE[:5])}},
        "measure.column.calendar.week",
        "This is a list of 7 entries.",
    ),
    (
        {"measure": {"agg": "avg", "column": worked(week=[[["9:00", "17:00"]]] * 7)}},
        "measure.column.calendar.week.0",
        "A time of day is written as 09:00, midnight as 24:00.",
    ),
    (
        {"measure": {"agg": "avg", "column": worked(holidays=["25.12.2026"])}},
        "measure.column.calendar.holidays",
        "A holiday is written as 2026-12-25.",
    ),
    (
        {"measure": COUNT, "fiscal_start": 13},
        "fiscal_start",
        "This is a whole number from 1 to 12.",
    ),
    ({"measure": {"agg": "stddev", "column": "x"}}, "measure.agg", None),
    ({"measure": {"agg": "avg"}}, "measure.column", "“column” is missing."),
    ({"measure": {"agg": "sum", "column": ""}}, "measure.column", None),
    ({"measure": {"agg": "quantile", "column": "x"}}, "measure.q", "“q” is missing."),
    (
        {"measure": {"agg": "quantile", "column": "x", "q": 90}},
        "measure.q",
        "A quantile lies between 0 and 1, 0.5 is the median.",
    ),
    ({"measure": {"agg": "avg", "column": "x", "q": 0.5}}, "measure.q", None),
    ({"measure": {"share": {}}}, "measure.share.of", "“of” is missing."),
    ({"measure": {"share": {"of": {"all": []}}}}, "measure.share.of.all", None),
    (
        {"measure": {"share": {"of": {"all": [X, {"column": "x", "op": "~", "value": 1}]}}}},
        "measure.share.of.all.1.op",
        None,
    ),
    ({"measure": {"ratio": [COUNT]}}, "measure.ratio", "This is a list of 2 entries."),
    (
        {"measure": {"ratio": [COUNT, {"share": {"of": X}}]}},
        "measure.ratio.1",
        "Each side of a ratio is one aggregate, such as a count.",
    ),
    (
        {"measure": {"ratio": [COUNT, COUNT], "scale": 0}},
        "measure.scale",
        "The scale of a ratio is greater than zero.",
    ),
    ({"measure": {"stock": {"opened": "a"}}}, "measure.stock.closed", "“closed” is missing."),
    ({"measure": {"net": {"in": "a", "out": 3}}}, "measure.net.out", None),
    (
        {"measure": {"agg": "avg", "column": {"from": "a", "to": "b", "unit": "weeks"}}},
        "measure.column.unit",
        "Choose one of s, min, h and d.",
    ),
    ({"measure": COUNT, "exclusions": {"column": "x", "op": "=", "value": None}}, None, None),
    ({"measure": COUNT, "exclusions": {"column": "x", "op": "in", "value": "a"}}, None, None),
    ({"measure": COUNT, "exclusions": {"column": "x", "op": "in", "value": []}}, None, None),
    ({"measure": COUNT, "exclusions": {"column": "x", "op": "between", "value": [1]}}, None, None),
    (
        {"measure": COUNT, "exclusions": {"column": "x", "op": "is null", "value": 1}},
        "exclusions.value",
        "“is null” takes no value.",
    ),
    ({"measure": COUNT, "exclusions": {"column": "x", "op": "contains", "value": 1}}, None, None),
    ({"measure": COUNT, "exclusions": {**X, "not": X}}, None, None),
    ({"measure": COUNT, "grain": "decade"}, "grain", None),
    ({"measure": COUNT, "dimensions": ["g", "g"]}, "dimensions", "Each dimension is named once."),
    ({"measure": COUNT, "dimensions": "g"}, "dimensions", None),
    ({"measure": COUNT, "null_rule": "zero"}, "null_rule", None),
    ({"measure": COUNT, "min_cases": -1}, "min_cases", None),
    ({"measure": COUNT, "min_cases": True}, "min_cases", None),
    ({"measure": COUNT, "week_start": 7}, "week_start", "This is a whole number from 0 to 6."),
]


@pytest.mark.parametrize("data", GOOD, ids=json.dumps)
def test_good_definition_passes_parser_and_schema(data):
    jsonschema.Draft202012Validator(DEFINITION_SCHEMA).validate(data)
    definition = parse_definition(data)
    assert parse_definition(canonical(definition)) == definition


@pytest.mark.parametrize(("data", "field", "sentence"), BAD, ids=str)
def test_bad_definition_is_refused_by_parser_and_schema(data, field, sentence):
    assert not jsonschema.Draft202012Validator(DEFINITION_SCHEMA).is_valid(data)
    with pytest.raises(Invalid) as refusal:
        parse_definition(data)
    assert field is None or refusal.value.field == field
    assert sentence is None or refusal.value.message == sentence
    assert refusal.value.message[0].isupper() or refusal.value.message[0] == "“"
    assert refusal.value.message.endswith(".")


@pytest.mark.parametrize(
    ("week", "sentence"),
    [
        ([["17:00", "09:00"]], "Working hours end after they begin."),
        ([["09:00", "13:00"], ["12:00", "17:00"]], "The stretches of a day do not overlap."),
    ],
)
def test_working_hours_that_contradict_themselves_are_refused(week, sentence):
    """The schema cannot say it."""
    with pytest.raises(Invalid) as refusal:
        parse_definition({"measure": {"agg": "avg", "column": worked(week=[week, *OFFICE[1:]])}})
    assert refusal.value.message == sentence


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Europe"])
def test_unknown_time_zone_is_refused(zone):
    with pytest.raises(Invalid, match="is not a time zone"):
        parse_definition({"measure": COUNT, "time_zone": zone})


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", 2**70, float("nan")], ids=repr)
def test_value_that_no_database_stores_is_refused(value):
    with pytest.raises(Invalid):
        parse_definition({"measure": COUNT, "exclusions": {**X, "value": value}})


def test_conditions_nested_too_deeply_are_refused():
    where = X
    for _ in range(2000):
        where = {"not": where}
    with pytest.raises(Invalid, match="nested 8 deep"):
        parse_definition({"measure": COUNT, "exclusions": where})


def test_hash_is_of_the_meaning_not_of_the_spelling():
    spelled = {
        "grain": "month",
        "measure": {"share": {"of": {"op": "!=", "column": "x", "value": 1}}},
        "min_cases": 10,
    }
    short = {"measure": {"share": {"of": {"column": "x", "op": "≠", "value": 1}}}}
    assert sha256(parse_definition(spelled)) == sha256(parse_definition(short))
    assert sha256(parse_definition(short)) != sha256(parse_definition({"measure": COUNT}))
    assert len(sha256(parse_definition(short))) == 64


@pytest.mark.parametrize(
    ("formula", "same"),
    [("a-b÷c", "a - b / c"), ("((a) × (b + c))", "a * (b + c)"), ("a − −b·c", "a - -b * c")],
)
def test_formula_has_one_spelling(formula, same):
    kpis = {"a": "x", "b": "y", "c": "z"}
    one, other = (
        parse_definition({"measure": {"formula": f, "kpis": kpis}}) for f in (formula, same)
    )
    assert canonical(one)["measure"]["formula"] == same
    assert sha256(one) == sha256(other)


def test_hash_stays_what_it_was():
    """A stored version carries it: a change of the canonical form would orphan every version."""
    digest = sha256(parse_definition({"measure": COUNT, "time_column": "opened"}))
    assert digest == "df2e7b4b81de1e76de50b1e78b8cd90f41aeca62e2119771ed680f8c38d82e8f"


def test_columns_used_are_those_of_every_part():
    definition = parse_definition(
        {
            "measure": {
                "share": {
                    "of": {"column": {"from": "a", "to": "b", "unit": "h"}, "op": "<", "value": 4},
                    "among": {"not": {"column": "c", "op": "is null"}},
                }
            },
            "time_column": "at",
            "dimensions": ["g"],
            "exclusions": {"any": [X]},
        }
    )
    assert columns_used(definition) == ("a", "at", "b", "c", "g", "x")
