"""The form's words and the definition say the same, both ways."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_portal.lib.errors import Invalid
from kpis.engine.parsing import parse_definition
from kpis.formula import MEASURES, RATED, calendar_key, field_of, to_definition, to_form
from kpis.rows import BLOCKS, LISTS, Richer

TYPES = {
    "opened": "timestamp", "resolved": "timestamp", "day": "date", "priority": "text",
    "met": "boolean", "hops": "integer", "cost": "number",
}  # fmt: skip
VALUES = {
    "text": st.text(st.characters(codec="utf-8", exclude_characters=";\x00"), min_size=1)
    .map(str.strip)
    .filter(bool),
    "boolean": st.sampled_from(["yes", "no"]),
    "integer": st.integers(-(2**40), 2**40).map(str),
    "number": st.floats(-1e12, 1e12, allow_nan=False).map(repr),
    "date": st.dates().filter(lambda d: 1 < d.year < 9999).map(str),
    "timestamp": st.datetimes().filter(lambda d: 1 < d.year < 9999).map(str),
}

DESK = {
    "name": "Desk", "zone": "UTC", "week": [[["08:00", "12:00"]]] * 7, "holidays": ["2026-12-25"],
}  # fmt: skip
CALENDARS = {calendar_key(DESK): DESK}


@st.composite
def rows(draw: st.DrawFn, block: str) -> dict[str, Any]:
    count = draw(st.integers(1 if block == "of" else 0, BLOCKS[block]))
    joint = draw(st.sampled_from(["all", "any"])) if count > 1 else "all"
    data: dict[str, Any] = {f"{block}_joint": joint}
    for row in range(1, BLOCKS[block] + 1):
        column, op, value = "", "=", ""
        if row <= count:
            column = draw(st.sampled_from(sorted(TYPES)))
            op = draw(st.sampled_from(["=", "!=", "is null", "in"]))
            many = draw(st.lists(VALUES[TYPES[column]], min_size=1, max_size=3))
            value = "" if op == "is null" else "; ".join(many if op in LISTS else many[:1])
        data |= {
            f"{block}_{row}_column": column, f"{block}_{row}_op": op, f"{block}_{row}_value": value,
        }  # fmt: skip
    return data


@st.composite
def windows(draw: st.DrawFn, measure: str) -> dict[str, Any]:
    window = "" if measure == "stock" else draw(st.sampled_from(["", "moving", "year", "all"]))
    periods = draw(st.integers(2, 30)) if window == "moving" else 3
    return {"window": window, "window_periods": periods}


@st.composite
def forms(draw: st.DrawFn) -> dict[str, Any]:
    measure = draw(st.sampled_from(MEASURES))
    two = measure in ("duration", "stock", "net")
    of_column = measure in ("sum", "avg", "min", "max", "count_distinct", "quantile")
    statistic = "quantile"
    if measure == "duration":
        statistic = draw(st.sampled_from(["quantile", "avg", "min", "max", "sum"]))
    percentile = Decimal(50)
    if measure == "quantile" or (measure == "duration" and statistic == "quantile"):
        percentile = draw(st.decimals(0, 100, places=2))
    data = {
        "measure": measure,
        "column": draw(st.sampled_from(["hops", "cost"])) if of_column else "",
        "percentile": percentile,
        "statistic": statistic,
        "from_column": "opened" if two else "",
        "to_column": "resolved" if two else "",
        "duration_unit": draw(st.sampled_from(["s", "min", "h", "d"]))
        if measure == "duration"
        else "h",
        "time_column": draw(st.sampled_from(["", "opened", "day"])),
        "time_zone": draw(st.sampled_from(["UTC", "Europe/Berlin"])),
        "grain": draw(st.sampled_from(["day", "week", "month"])),
        "dimensions": draw(st.lists(st.sampled_from(["priority", "met"]), unique=True)),
        "null_rule": draw(st.sampled_from(["not_met", "exclude"])),
        "min_cases": draw(st.integers(0, 100)),
        "week_start": draw(st.integers(0, 6)),
        "fiscal_start": draw(st.integers(1, 12)),
        "per": draw(st.sampled_from(["", "day"])) if measure in RATED else "",
        **draw(windows(measure)),
        "calendar": "",
    }
    if data["measure"] == "duration" and data["duration_unit"] != "d":
        data["calendar"] = draw(st.sampled_from(["", "office", *CALENDARS]))
    empty = {
        f"of_{row}_{part}": "=" if part == "op" else ""
        for row in (1, 2, 3)
        for part in ("column", "op", "value")
    } | {"of_joint": "all"}
    data |= draw(rows("of")) if measure == "share" else empty
    return data | draw(rows("where")) | draw(rows("except"))


@given(forms())
def test_form_and_definition_say_the_same(data: dict[str, Any]) -> None:
    written = to_definition(data, TYPES, CALENDARS)

    assert to_form(parse_definition(written)) == data
    assert to_definition(to_form(parse_definition(written)), TYPES, CALENDARS) == written


@pytest.mark.parametrize(
    ("column", "text", "sentence"),
    [
        ("met", "perhaps", "“perhaps” is neither yes nor no."),
        ("hops", "many", "“many” is not a number."),
        ("hops", "1e400", "“1e400” is not a number."),
        ("day", "31.5.2024", "“31.5.2024” is not a date; write it as 2024-05-31."),
        (
            "opened",
            "noon",
            "“noon” is not a date with time; write it as 2024-05-31 or 2024-05-31 14:30.",
        ),
        ("priority", "", "With what is the column compared?"),
    ],
)
def test_nonsense_is_refused_beside_its_field(column: str, text: str, sentence: str) -> None:
    data = to_form(parse_definition({"measure": {"agg": "count"}}))
    data |= {"where_2_column": column, "where_2_value": text}

    with pytest.raises(Invalid) as refused:
        to_definition(data, TYPES)

    assert (refused.value.message, refused.value.field) == (sentence, "where_2_value")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"measure": "share"}, "of_1_column"),
        ({"measure": "duration"}, "from_column"),
        ({"measure": "stock", "from_column": "opened"}, "to_column"),
        ({"measure": "avg"}, "column"),
        ({"measure": "quantile", "column": "cost", "percentile": None}, "percentile"),
        ({"where_1_value": "3"}, "where_1_column"),
        ({"window": "moving", "window_periods": None}, "window_periods"),
        (
            {
                "measure": "duration",
                "from_column": "opened",
                "to_column": "resolved",
                "calendar": "gone",
            },
            "calendar",
        ),
        (
            {"where_1_column": "cost", "where_1_op": "between", "where_1_value": "3"},
            "where_1_value",
        ),
    ],
)
def test_what_is_missing_is_said_beside_its_field(changes: dict[str, Any], field: str) -> None:
    data = to_form(parse_definition({"measure": {"agg": "count"}})) | changes

    with pytest.raises(Invalid) as refused:
        to_definition(data, TYPES)

    assert refused.value.field == field


@pytest.mark.parametrize(
    "definition",
    [
        {"measure": {"ratio": [{"agg": "count"}, {"agg": "count"}]}},
        {"measure": {"agg": "count", "column": "hops"}},
        {"measure": {"agg": "count", "where": {"not": {"column": "hops", "op": "=", "value": 1}}}},
        {
            "measure": {"agg": "count"},
            "exclusions": {
                "any": [
                    {"column": "hops", "op": "=", "value": 1},
                    {"column": "cost", "op": "is null"},
                ]
            },
        },
        {
            "measure": {
                "agg": "count", "where": {"column": "priority", "op": "in", "value": ["a;b", "c"]},
            }
        },
    ],
)  # fmt: skip
def test_richer_definitions_are_left_to_the_api(definition: dict[str, Any]) -> None:
    with pytest.raises(Richer):
        to_form(parse_definition(definition))


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("definition.measure.share.of.all.1.value", "of_3_value"),
        ("definition.measure.share.of.all.0.op", "of_1_op"),
        ("definition.measure.share.among.value", "where_2_value"),
        ("definition.exclusions.column", "except_1_column"),
        ("definition.dimensions", "dimensions"),
        ("definition.time_column", "time_column"),
        ("definition.measure", "measure"),
        ("definition.measure.window.measure", "window"),
        ("definition.measure.window.periods", "window_periods"),
        ("definition.measure.rate.measure", "per"),
        ("definition.measure.window.measure.rate.measure.where.column", "where_2_column"),
        ("definition.measure.window.measure.share.of.all.0.op", "of_1_op"),
        ("definition.measure.column.calendar.week", "calendar"),
        ("definition.measure.column.unit", "duration_unit"),
    ],
)
def test_faults_of_the_engine_find_their_field(path: str, field: str) -> None:
    data = to_form(parse_definition({"measure": {"agg": "count"}}))
    data |= {"measure": "share", "of_1_column": "met", "of_3_column": "hops"}
    data |= {"where_2_column": "cost"}

    assert field_of(path, data) == field
