"""Parquet files: their types are taken at their word, what cannot be held is named."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ace_portal.lib.errors import Invalid
from kpis.sources.base import Caps, ClockChanges
from kpis.sources.columnar import ColumnarOptions, ParquetSource
from tests.kpis.sources.conftest import rows_of

SOURCE = ParquetSource()
TYPES = """
SELECT i AS id, CAST(i AS UTINYINT) AS small, CAST(i * 1.25 AS DECIMAL(10, 2)) AS cost,
  CASE WHEN i = 2 THEN 'nan'::FLOAT ELSE 0.5::FLOAT END AS share, i > 1 AS met,
  CASE WHEN i = 3 THEN NULL ELSE lpad(i::VARCHAR, 3, '0') END AS code,
  DATE '2024-03-01' + i::INTEGER AS day, TIMESTAMP '2024-03-31 01:30:00' + to_hours(i - 1) AS at,
  TIMESTAMPTZ '2024-03-01 10:00:00+02' AS zoned, TIMESTAMP_NS '2024-03-01 10:00:00.5' AS fine,
  [i] AS list, {'a': i} AS nested, 'x'::BLOB AS raw, INTERVAL 1 DAY AS took, 9 AS _row
FROM range(1, 4) AS r(i)
"""


def write(path: Path, sql: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "data.parquet", TYPES)


def load(path: Path, target: Path, **options: Any) -> Any:
    return SOURCE.load(path, ColumnarOptions(**options), target)


def test_sign_of_no_character_is_in_no_row(tmp_path: Path, target: Path) -> None:
    file = write(tmp_path / "bare.parquet", "SELECT concat('a', chr(0), 'b') AS code")

    assert SOURCE.profile(file).preview == (("ab",),)
    assert (load(file, target).columns[0].max, rows_of(target)) == ("ab", [("ab", 1)])


def test_types_are_those_of_the_file(file: Path, target: Path) -> None:
    report = load(file, target)

    assert [(c.name, c.type) for c in report.columns] == [
        ("id", "integer"), ("small", "integer"), ("cost", "number"), ("share", "number"),
        ("met", "boolean"), ("code", "text"), ("day", "date"), ("at", "timestamp"),
        ("zoned", "timestamp"), ("fine", "timestamp"), ("_row", "integer"),
    ]  # fmt: skip
    assert rows_of(target)[1] == (
        2, 2, 2.5, None, True, "002", date(2024, 3, 3), datetime(2024, 3, 31, 2, 30),
        datetime(2024, 3, 1, 8), datetime(2024, 3, 1, 10, 0, 0, 500_000), 2,
    )  # fmt: skip
    assert report.notes == (
        "Left out: “list” (a list or a structure), “nested” (a list or a structure), “raw” (raw "
        "bytes), “took” (a duration), “_row” (numbers of rows, which the portal counts itself).",
    )


def test_profile_gives_the_file_as_the_reason(file: Path) -> None:
    found = SOURCE.profile(file)

    assert {c.name: c.reason for c in found.columns}["cost"] == "The file says so: DECIMAL(10,2)."
    assert {c.name: c.choices for c in found.columns}["cost"] == ("number", "text")
    assert (found.rows, found.as_of, found.preview[2][5]) == (3, "2024-03-31 03:30:00", "")
    assert SOURCE.profile_from_json(json.loads(json.dumps(found.to_json()))) == found


def test_rows_keep_their_order_in_the_file(tmp_path: Path, target: Path) -> None:
    path = write(tmp_path / "big.parquet", "SELECT 299999 - i AS n FROM range(300000) AS r(i)")
    load(path, target)

    assert rows_of(target, "SELECT count(*) FROM load WHERE n + _row <> 300000") == [(0,)]


def test_local_times_are_meant_in_the_zone_that_is_told(file: Path, target: Path) -> None:
    report = load(file, target, time_zone="Europe/Berlin")

    assert rows_of(target, 'SELECT "at", zoned FROM load ORDER BY _row') == [
        (datetime(2024, 3, 31, 0, 30), datetime(2024, 3, 1, 8)),
        (datetime(2024, 3, 31, 1, 30), datetime(2024, 3, 1, 8)),
        (datetime(2024, 3, 31, 1, 30), datetime(2024, 3, 1, 8)),
    ]
    assert report.clock_changes["at"] == ClockChanges(moved_forward=1)


def test_column_can_be_read_as_text_and_as_nothing_else(file: Path, target: Path) -> None:
    load(file, target, types={"cost": "text"})
    with pytest.raises(Invalid) as refused:
        load(file, target, types={"code": "integer"})

    assert rows_of(target, "SELECT cost FROM load WHERE id = 2") == [("2.50",)]
    assert (refused.value.field, refused.value.message) == (
        "types", "The file says what “code” is: it can be read so, or as text.",
    )  # fmt: skip


REFUSED = {
    "text": (b"a,b\n1,2\n", "The name says Parquet, but the file is none."),
    "sealed": (b"PARE" + b"x" * 20 + b"PARE", "The Parquet file is encrypted."),
    "cut": (b"PAR1" + b"x" * 20, "The Parquet file is damaged or was cut off."),
    "mangled": (b"PAR1" + b"\xff" * 40 + b"PAR1", "The Parquet file is damaged or was cut off."),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_parquet_gets_its_sentence(tmp_path: Path, target: Path, kind: str) -> None:
    content, message = REFUSED[kind]
    path = tmp_path / "data.parquet"
    path.write_bytes(content)
    for look in (lambda: SOURCE.profile(path), lambda: load(path, target)):
        with pytest.raises(Invalid) as refused:
            look()
        assert refused.value.message[: len(message)] == message
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 1 AS a WHERE false", "The file has column names and no rows."),
        ("SELECT [1] AS a", "No column of the file holds plain values."),
        ('SELECT 1 AS a, 2 AS " a"', "Columns 1 and 2 are both called “a”."),
        ("SELECT 18446744073709551615::UBIGINT AS a", "A number of the file is too large"),
        ("SELECT 1 AS file_row_number", "A column of the file is called “file_row_number”"),
    ],
)
def test_table_that_cannot_be_held_is_refused(
    tmp_path: Path, target: Path, sql: str, message: str
) -> None:
    path = write(tmp_path / "data.parquet", sql)
    with pytest.raises(Invalid) as refused:
        load(path, target)

    assert refused.value.message[: len(message)] == message
    assert list(target.parent.iterdir()) == []


CAPS = [
    (Caps(bytes=1_000), "The file has 0.0 MB; at most 0.0 MB are allowed."),
    (Caps(unpacked_bytes=200), "Unpacked, the file has 0.0 MB; at most 0.0 MB are allowed."),
    (Caps(columns=10), "The file has 15 columns; at most 10 are allowed."),
    (Caps(rows=2), "The file has 3 rows; at most 2 are allowed."),
    (Caps(cell_characters=2), "A cell on line 1 has more than 2 characters."),
]


@pytest.mark.parametrize(("caps", "message"), CAPS)
def test_caps_are_held(file: Path, target: Path, caps: Caps, message: str) -> None:
    for look in (
        lambda: SOURCE.profile(file, caps=caps),
        lambda: SOURCE.load(file, ColumnarOptions(), target, caps=caps),
    ):
        with pytest.raises(Invalid) as refused:
            look()
        assert refused.value.message[: len(message)] == message
    assert list(target.parent.iterdir()) == []
