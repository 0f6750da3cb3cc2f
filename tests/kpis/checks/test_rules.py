"""What a rule may say, and what it says in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ace_portal.lib.errors import Invalid
from kpis.checking.rules import Rule, check_types, rule_of, words_of
from kpis.checking.told import freshness, row_change

TYPES = {
    "number": "text", "hops": "integer", "cost": "number", "met": "boolean", "day": "date",
    "opened": "timestamp",
}  # fmt: skip
NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


def test_rule_keeps_what_its_kind_needs() -> None:
    rule = rule_of(
        "range", {"columns": ["hops"], "least": "0", "most": "9", "sql": "", "hours": None}
    )

    assert rule.to_json() == {"columns": ["hops"], "least": "0", "most": "9"}
    assert rule_of("range", rule.to_json()) == rule


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("shape", {}, "kind"),
        ("unique", {"columns": []}, "columns"),
        ("unique", {"columns": [f"c{i}" for i in range(11)]}, "columns"),
        ("not_null", {"columns": ["a"], "sql": "SELECT 1"}, "sql"),
        ("range", {"columns": ["a"]}, "least"),
        ("range", {"columns": ["a", "b"], "least": "1"}, "columns"),
        ("range", {"columns": ["a"], "least": "many"}, "least"),
        ("range", {"columns": ["a"], "most": "1e999"}, "most"),
        ("accepted", {"columns": ["a"], "values": []}, "values"),
        ("accepted", {"columns": ["a"], "values": [str(n) for n in range(201)]}, "values"),
        ("freshness", {"hours": 0}, "hours"),
        ("freshness", {"hours": float("nan")}, "hours"),
        ("rows", {"percent": -1}, "percent"),
        ("rows", {}, "percent"),
        ("sql", {"sql": "  "}, "sql"),
    ],
)
def test_rule_that_makes_no_sense_is_refused_beside_its_field(
    kind: str, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        rule_of(kind, given)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Rule("unique", ("gone",)), "The data has no column “gone”."),
        (Rule("range", ("met",), least="0"),
         "“met” has no order: use the accepted values."),
        (Rule("range", ("day",), least="5"), "“5” does not fit the column “day”."),
        (Rule("range", ("hops",), least="9", most="1"),
         "The least value is above the greatest one."),
        (Rule("range", ("opened",), most="2024-01-01T00:00:00+02:00"),
         "“2024-01-01T00:00:00+02:00” does not fit the column “opened”."),
        (Rule("accepted", ("cost",), values=("1",)),
         "“cost” has too many values to list: use a range."),
    ],
)  # fmt: skip
def test_rule_that_does_not_fit_the_columns_is_refused(rule: Rule, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_types(rule, TYPES)

    assert refused.value.message == message


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule("unique", ("number", "day")), "“number”, “day” together are unique"),
        (Rule("not_null", ("number",)), "“number”: never empty"),
        (Rule("range", ("hops",), least="0", most="9"), "“hops” lies from 0 to 9"),
        (Rule("range", ("hops",), most="9"), "“hops” is at most 9"),
        (Rule("accepted", ("met",), values=("true",)), "“met” is one of: true"),
        (Rule("freshness", hours=26), "the data is at most 26 hours old"),
        (Rule("rows", percent=12.5), "the number of rows changes by at most 12.5 %"),
        (Rule("sql", sql="SELECT *\nFROM t"), "no row answers: SELECT * FROM t"),
    ],
)
def test_rule_says_what_it_demands(rule: Rule, words: str) -> None:
    assert words_of(rule) == words


@pytest.mark.parametrize(("age", "failed"), [(26, False), (26.01, True), (-3, False)])
def test_data_is_fresh_up_to_the_limit(age: float, failed: bool) -> None:
    found = freshness(Rule("freshness", hours=26), NOW - timedelta(hours=age), NOW)

    assert found.failed is failed


def test_data_without_times_cannot_be_called_fresh() -> None:
    found = freshness(Rule("freshness", hours=26), None, NOW)

    assert (found.failed, found.why) == (
        True, "It could not be checked. The data has no column with times.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "live", "failed"),
    [(90, 100, False), (110, 100, False), (89, 100, True), (111, 100, True), (0, 100, True),
     (5, None, False), (5, 0, False)],
)  # fmt: skip
def test_number_of_rows_may_move_within_its_limit(
    rows: int, live: int | None, failed: bool
) -> None:
    assert row_change(Rule("rows", percent=10), rows, live).failed is failed


def test_change_of_rows_says_how_much() -> None:
    found = row_change(Rule("rows", percent=10), 1_500, 1_000)

    assert found.why == "Rows go from 1,000 to 1,500: +50.0 % instead of at most 10 %."
