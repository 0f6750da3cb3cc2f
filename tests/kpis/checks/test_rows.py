"""The rows that break a rule: how many, and which."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpis.checking import rows as room
from kpis.checking.finding import Finding
from kpis.checking.rules import Rule
from kpis.sandbox.afterwards import examine, wrong_rows
from kpis.sandbox.limits import Limits
from tests.fixtures.parquet import write_parquet

TYPES = {
    "_row": "integer", "number": "text", "team": "text", "hops": "integer", "cost": "number",
    "day": "date", "opened": "timestamp", "met": "boolean",
}  # fmt: skip
NAN = float("nan")


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six rows; INC1 is there twice, one team is empty, one cost is no number."""
    path = tmp_path_factory.mktemp("load") / "load.parquet"
    cells = [
        ("INC1", "A", 1, 1.5, "2024-03-01", "2024-03-01 10:00:00", True),
        ("INC2", None, 2, NAN, "2024-03-02", "2024-03-02 10:00:00", False),
        ("INC1", "B", 3, 2.5, "2024-03-03", "2024-03-03 10:00:00", None),
        ("INC3", "C", -4, None, "2024-03-04", "2024-03-04 10:00:00", True),
        (None, "A", 5, 3.5, "2024-03-05", "2024-03-05 10:00:00", True),
        (None, "a", 9, 4.5, None, "2024-03-06 10:00:00", True),
    ]
    names = list(TYPES)[1:]
    rows = [{"_row": n, **dict(zip(names, row, strict=True))} for n, row in enumerate(cells, 1)]
    write_parquet(path, TYPES, rows)
    return path


def found(load: Path, *rules: Rule) -> list[Finding]:
    return room.examine(load, rules, TYPES, seconds=30, memory_mb=256)


@pytest.mark.parametrize(
    ("rule", "rows", "examples"),
    [
        (Rule("unique", ("number",)), 2, (("INC1", 2),)),
        (Rule("unique", ("number", "team")), 0, ()),
        (Rule("not_null", ("number", "team")), 3, ((2, "INC2", None), (5, None, "A"),
                                                   (6, None, "a"))),
        (Rule("not_null", ("opened",)), 0, ()),
        (Rule("range", ("hops",), least="0", most="5"), 2, ((4, -4), (6, 9))),
        (Rule("range", ("hops",), least="-4"), 0, ()),
        (Rule("range", ("cost",), most="3.5"), 2, ((2, "nan"), (6, 4.5))),
        (Rule("range", ("day",), most="2024-03-04"), 1, ((5, "2024-03-05"),)),
        (Rule("range", ("opened",), least="2024-03-01T10:00:01"), 1,
         ((1, "2024-03-01 10:00:00"),)),
        (Rule("accepted", ("team",), values=("A", "B", "C")), 1, ((6, "a"),)),
        (Rule("accepted", ("met",), values=("true",)), 1, ((2, False),)),
        (Rule("accepted", ("hops",), values=("1", "2", "3", "5", "9", "-4")), 0, ()),
        (Rule("accepted", ("team",), values=("A' OR '1'='1",)), 5,
         ((1, "A"), (3, "B"), (4, "C"), (5, "A"), (6, "a"))),
    ],
)  # fmt: skip
def test_rows_that_break_a_rule_are_counted_and_shown(
    load: Path, rule: Rule, rows: int, examples: tuple[tuple[object, ...], ...]
) -> None:
    (told,) = found(load, rule)

    assert (told.failed, told.rows, told.examples) == (rows > 0, rows, examples)


def test_keys_are_looked_at_in_parts_with_the_same_result(
    load: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "KEYS_AT_ONCE", 1)

    (told,) = found(load, Rule("unique", ("number",)))

    assert (told.rows, told.examples) == (2, (("INC1", 2),))


def test_rule_over_a_column_that_is_gone_fails_alone(load: Path) -> None:
    gone, there = found(load, Rule("not_null", ("gone",)), Rule("not_null", ("opened",)))

    assert (gone.failed, gone.rows, gone.why) == (
        True, None, "It could not be checked. The data has no column “gone”.",
    )  # fmt: skip
    assert there.failed is False


def test_all_rules_are_asked_in_one_child(load: Path) -> None:
    rules = [Rule("unique", ("number",)), Rule("range", ("hops",), least="0", most="5")]

    assert [told.rows for told in examine(load, rules, TYPES, Limits(seconds=30))] == [2, 2]


def test_no_rule_is_passed_where_the_child_fails(tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"no parquet")

    (told,) = examine(broken, [Rule("not_null", ("a",))], {"a": "text"}, Limits(seconds=30))

    assert told.failed
    assert told.why.startswith("It could not be checked.")


@pytest.mark.parametrize(
    ("sql", "rows", "columns"),
    [
        ("SELECT number, hops FROM tickets WHERE hops > 2", 3, ("number", "hops")),
        ("SELECT 1 AS one FROM tickets WHERE hops > 100", 0, ()),
    ],
)
def test_query_answers_the_rows_that_are_wrong(
    load: Path, sql: str, rows: int, columns: tuple[str, ...]
) -> None:
    told = wrong_rows(sql, {"tickets": load}, Limits(seconds=30))

    assert (told.failed, told.rows, told.columns) == (rows > 0, rows, columns)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY tickets TO '/tmp/x.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM other",
        "SELECT gone FROM tickets",
        "SELECT count(*) FROM tickets AS a, tickets AS b WHERE repeat('a', 2000000000) = a.team",
    ],
)
def test_query_that_may_not_run_or_does_not_is_no_pass(load: Path, sql: str) -> None:
    told = wrong_rows(sql, {"tickets": load}, Limits(seconds=20, memory_mb=128))

    assert (told.failed, told.rows) == (True, None)
    assert told.why.startswith("It could not be checked.")
