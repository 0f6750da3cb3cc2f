"""New rows and live rows become one file: which stay, which go, which numbers they have."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace_portal.lib.errors import Invalid
from kpis.sandbox import merge as room
from kpis.sandbox.afterwards import merge_with
from kpis.sandbox.limits import Limits
from kpis.sandbox.merge import Merged, Plan, merge
from kpis.sources.base import LoadReport
from tests.fixtures.parquet import write_parquet

TYPES = {"number": "text", "team": "text", "hops": "integer", "_row": "integer"}
LIMITS = Limits(seconds=30, memory_mb=256)
KEY = Plan(("number",))
Row = tuple[Any, ...]


def written(path: Path, rows: list[Row], types: dict[str, str] = TYPES) -> Path:
    """A load whose rows are numbered from 1."""
    names = list(types)[:-1]
    write_parquet(
        path, types,
        [{**dict(zip(names, row, strict=True)), "_row": n} for n, row in enumerate(rows, 1)],
    )  # fmt: skip
    return path


def both(
    folder: Path, old: list[Row], new: list[Row], plan: Plan, types: dict[str, str] = TYPES
) -> tuple[Merged, list[Row]]:
    out = folder / "out.parquet"
    out.unlink(missing_ok=True)
    old_file, new_file = folder / "old.parquet", folder / "new.parquet"
    merged = merge(written(old_file, old), written(new_file, new, types), out, plan, LIMITS)
    return merged, duckdb.sql(f"SELECT * FROM '{out}' ORDER BY _row").fetchall()


OLD = [("INC1", "A", 1), ("INC2", None, 2), ("INC3", "C", 3)]


def test_appended_rows_come_after_those_that_are_there(tmp_path: Path) -> None:
    merged, rows = both(tmp_path, OLD, [("INC1", "A", 1), ("INC4", "D", 4)], Plan())

    assert rows == [
        ("INC1", "A", 1, 1), ("INC2", None, 2, 2), ("INC3", "C", 3, 3),
        ("INC1", "A", 1, 4), ("INC4", "D", 4, 5),
    ]  # fmt: skip
    assert (merged.rows, merged.added, merged.replaced) == (5, 2, 0)
    assert {column.name: column.nulls for column in merged.columns} == {
        "number": 0, "team": 1, "hops": 0, "_row": 0,
    }  # fmt: skip


def test_upsert_adds_replaces_and_leaves_what_is_the_same(tmp_path: Path) -> None:
    new = [("INC2", None, 2), ("INC3", "X", 3), ("INC4", "D", 4)]

    merged, rows = both(tmp_path, OLD, new, KEY)

    assert rows == [
        ("INC1", "A", 1, 1), ("INC2", None, 2, 2), ("INC3", "X", 3, 5), ("INC4", "D", 4, 6),
    ]  # fmt: skip
    assert (merged.added, merged.replaced, merged.unchanged, merged.doubles) == (1, 1, 1, 0)


def test_upsert_by_two_columns(tmp_path: Path) -> None:
    new = [("INC1", "B", 9), ("INC1", "A", 9)]

    merged, rows = both(tmp_path, OLD, new, Plan(("number", "team")))

    assert [row[:3] for row in rows] == [
        ("INC2", None, 2), ("INC3", "C", 3), ("INC1", "B", 9), ("INC1", "A", 9),
    ]  # fmt: skip
    assert (merged.added, merged.replaced) == (1, 1)


def test_same_key_twice_in_the_file_is_refused_with_its_rows(tmp_path: Path) -> None:
    new = [("INC9", "A", 1), ("INC4", "B", 2), ("INC9", "C", 3)]

    with pytest.raises(Invalid) as refused:
        both(tmp_path, OLD, new, KEY)

    assert refused.value.message == (
        "Rows 1, 3 of the file have the same key (“number”). Keep one row for each key, or let "
        "the last one win."
    )
    assert (refused.value.field, refused.value.details["rows"]) == ("keys", [1, 3])


def test_last_row_of_a_key_wins_where_it_may(tmp_path: Path) -> None:
    new = [("INC9", "A", 1), ("INC1", "A", 8), ("INC9", "C", 3), ("INC1", "A", 1)]

    merged, rows = both(tmp_path, OLD, new, Plan(("number",), last_wins=True))

    assert rows[-1] == ("INC9", "C", 3, 6)
    assert rows[0] == ("INC1", "A", 1, 1)
    assert (merged.added, merged.unchanged, merged.doubles) == (1, 1, 2)


def test_row_without_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Row 2 of the file has no key") as refused:
        both(tmp_path, OLD, [("INC4", "A", 1), (None, "B", 2)], KEY)

    assert refused.value.details["rows"] == [2]


def test_live_rows_that_share_a_key_cannot_be_told_apart(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="“number” does not tell the live rows apart"):
        both(tmp_path, [*OLD, ("INC1", "B", 4)], [("INC1", "A", 1)], KEY)


def test_live_rows_without_a_key_stay(tmp_path: Path) -> None:
    _merged, rows = both(tmp_path, [(None, "A", 1), (None, "B", 2)], [("INC1", "A", 1)], KEY)

    assert [row[0] for row in rows] == [None, None, "INC1"]


def test_new_column_is_empty_in_the_rows_that_were_there(tmp_path: Path) -> None:
    types = {"number": "text", "team": "text", "hops": "integer", "cost": "number",
             "_row": "integer"}  # fmt: skip

    merged, rows = both(tmp_path, OLD, [("INC1", "A", 1, None), ("INC2", None, 2, 0.5)], KEY, types)

    assert rows == [
        ("INC1", "A", 1, None, 1), ("INC3", "C", 3, None, 3), ("INC2", None, 2, 0.5, 5),
    ]  # fmt: skip
    assert (merged.unchanged, merged.replaced) == (1, 1)


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ({"number": "text", "hops": "integer", "_row": "integer"},
         "The new rows have no column “team”, which the live ones have."),
        ({"number": "text", "team": "text", "hops": "number", "_row": "integer"},
         "“hops” is a number in the new rows and a whole number in the live ones."),
    ],
)  # fmt: skip
def test_columns_that_do_not_fit_are_refused(
    tmp_path: Path, types: dict[str, str], message: str
) -> None:
    new = [tuple("A" if kind == "text" else 1 for kind in list(types.values())[:-1])]

    with pytest.raises(Invalid) as refused:
        both(tmp_path, OLD, new, Plan(), types)

    assert refused.value.message.startswith(message)


def test_whole_numbers_join_a_column_of_numbers(tmp_path: Path) -> None:
    numbers = {**TYPES, "hops": "number"}
    old = written(tmp_path / "old.parquet", [("INC1", "A", 0.5)], numbers)
    new = written(tmp_path / "new.parquet", [("INC2", "B", 2)])

    merged = merge(old, new, tmp_path / "out.parquet", Plan(), LIMITS)

    assert {column.name: column.type for column in merged.columns}["hops"] == "number"


def test_first_load_of_all_has_its_keys_looked_at(tmp_path: Path) -> None:
    new = written(tmp_path / "new.parquet", [("INC1", "A", 1), ("INC1", "B", 2)])

    with pytest.raises(Invalid, match="Rows 1, 2 of the file"):
        merge(None, new, tmp_path / "out.parquet", KEY, LIMITS)


ROWS = st.lists(
    st.tuples(st.sampled_from("ABCDEF"), st.sampled_from(["x", "y", None]), st.integers(0, 2)),
    max_size=12,
)


@settings(max_examples=15)
@given(old=ROWS, new=ROWS)
def test_upsert_is_what_a_dictionary_does(
    tmp_path_factory: pytest.TempPathFactory, old: list[Row], new: list[Row]
) -> None:
    """In as many parts as there are rows, against an independent computation."""
    folder = tmp_path_factory.mktemp("upsert")
    there = {row[0]: row for row in old}
    expected = {number: (row, n) for n, (number, row) in enumerate(there.items(), 1)}
    for at, row in enumerate(new, len(there) + 1):
        last = max((i for i, other in enumerate(new) if other[0] == row[0]), default=-1)
        if new[last] is not row and last != at - len(there) - 1:
            continue
        if row[0] not in expected or expected[row[0]][0] != row:
            expected[row[0]] = (row, at)
    cells, room.CELLS_AT_ONCE = room.CELLS_AT_ONCE, 3
    try:
        _merged, rows = both(folder, list(there.values()), new, Plan(("number",), last_wins=True))
    finally:
        room.CELLS_AT_ONCE = cells

    assert rows == sorted(((*row, n) for row, n in expected.values()), key=lambda row: row[-1])


def report() -> LoadReport:
    return LoadReport(
        rows=1, bytes=1, source_bytes=9, source_sha256="s", sha256="x", columns=(), as_of=None,
        seconds=1.0,
    )  # fmt: skip


def test_file_is_the_whole_or_untouched(tmp_path: Path) -> None:
    """In a child: the new rows' file becomes the whole in one step, read-only."""
    old = written(tmp_path / "old.parquet", OLD)
    new = written(tmp_path / "new.parquet", [("INC4", "D", 4)])
    whole, merged = merge_with(old, new, Plan(), report(), LIMITS)
    before = new.read_bytes()

    twice = written(tmp_path / "twice.parquet", [OLD[0], OLD[0]])
    with pytest.raises(Invalid, match="does not tell the live rows apart"):
        merge_with(twice, new, KEY, report(), LIMITS)

    assert (whole.rows, whole.source_sha256, merged.added) == (4, "s", 1)
    assert stat.S_IMODE(new.stat().st_mode) == 0o440
    assert new.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "new.parquet", "old.parquet", "twice.parquet",
    ]  # fmt: skip
