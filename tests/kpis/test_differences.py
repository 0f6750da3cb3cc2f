"""Two records compared: every kind of difference has its words, and the same has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kpis.differences import Record, differences

BEFORE = Record(
    columns={"number": "text", "opened": "timestamp", "met": "boolean", "cost": "number"},
    rows=1_000,
    as_of=datetime(2024, 5, 10, 12, tzinfo=UTC),
    options={
        "delimiter": ",", "encoding": "utf-8", "decimal": ".", "date_order": "day_first",
        "null_tokens": ["", "?"],
    },
    kind="csv",
    written={"opened": "day/month/year", "met": "false, true"},
)  # fmt: skip
RETYPED = {**BEFORE.columns, "met": "text"}
CASES: dict[str, tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = {
    "same": ({}, []),
    "fewer": ({"rows": 750}, [("changed", "Rows", "1,000", "750, 250 fewer (25.0%)")]),
    "more": ({"rows": 1_100}, [("changed", "Rows", "1,000", "1,100, 100 more (10.0%)")]),
    "not counted": ({"rows": None}, []),
    "as of": (
        {"as_of": datetime(2024, 5, 9, 8, tzinfo=UTC)},
        [("changed", "The data reaches until", "2024-05-10 12:00 UTC", "2024-05-09 08:00 UTC")],
    ),
    "added": (
        {"columns": {**BEFORE.columns, "team": "text"}},
        [("added", "Column “team”", "", "text")],
    ),
    "removed": (
        {"columns": {k: v for k, v in BEFORE.columns.items() if k != "cost"}},
        [("removed", "Column “cost”", "numbers", "")],
    ),
    "retyped": (
        {"columns": RETYPED}, [("changed", "Column “met”", "true or false", "text")],
    ),
    "empty": (
        {"columns": {**BEFORE.columns, "cost": "text"}, "without_values": frozenset({"cost"})},
        [("changed", "Column “cost”", "numbers", "no value in any row")],
    ),
    "spelled": (
        {"written": {"opened": "month/day/year", "met": "FALSCH, WAHR"}},
        [
            ("changed", "Spelling of “opened”", "day/month/year", "month/day/year"),
            ("changed", "Spelling of “met”", "false, true", "FALSCH, WAHR"),
        ],
    ),
    "options": (
        {"options": {**BEFORE.options, "delimiter": ";", "encoding": "cp1252", "decimal": ",",
                     "date_order": "month_first", "null_tokens": [""]}},
        [
            ("changed", "Cells are cut at", "comma", "semicolon"),
            ("changed", "Letters are written in", "utf-8", "cp1252"),
            ("changed", "Decimal mark", "a point", "a comma"),
            ("changed", "Order of the dates", "day first", "month first"),
            ("changed", "What stands for nothing", "“?”", "empty cells only"),
        ],
    ),
    "mark": ({"options": {**BEFORE.options, "encoding": "utf-8-sig"}}, []),
    "kind": (
        {"kind": "xlsx", "options": {"sheet": "Data", "null_tokens": ["", "?"]}},
        [("changed", "Kind of file", "CSV or other delimited text", "Excel workbook")],
    ),
    "cut": (
        {"cut": True, "bad_rows": 1},
        [
            ("added", "The last line", "", "ends in the middle of a row"),
            ("changed", "Rows that do not fit", "0", "1"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_difference_is_said_in_words(case: str) -> None:
    changes, told = CASES[case]

    found = differences(BEFORE, replace(BEFORE, **changes))

    assert [(d["kind"], d["what"], d["before"], d["after"]) for d in found] == told


def test_first_rows_after_none_have_no_share() -> None:
    (rows,) = differences(Record(columns={}, rows=0), Record(columns={}, rows=5))

    assert (rows["before"], rows["after"]) == ("0", "5")


def test_columns_that_are_spelled_alike_are_named_together() -> None:
    columns = {f"c{n}": "date" for n in range(12)}
    before = Record(columns=columns, written=dict.fromkeys(columns, "day/month/year"))
    after = Record(columns=columns, written=dict.fromkeys(columns, "year-month-day"))

    (piece,) = differences(before, after)

    assert piece["what"] == (
        "Spelling of “c0”, “c1”, “c2”, “c3”, “c4”, “c5”, “c6”, “c7” and 4 more columns"
    )
