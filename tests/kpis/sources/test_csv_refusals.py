"""Each bad input gives its sentence and its field, and leaves no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ace_portal.lib.errors import Invalid, Temporary
from kpis.sources.base import Caps
from kpis.sources.csv import Options, load, profile
from kpis.sources.guard import explain
from kpis.sources.registry import file_source

OPTIONS = Options()
CASES = [
    (b"", OPTIONS, "file", "The file is empty."),
    (b"\n \n", OPTIONS, "file", "The file holds only blank lines."),
    (b"a,b\n", OPTIONS, "file", "The file has column names and no rows."),
    (
        b"PK\x03\x04xxxx",
        OPTIONS,
        "file",
        "This is a ZIP archive or an Excel workbook, not a CSV file. Export the table as CSV and "
        "upload that.",
    ),
    (
        b"%PDF-1.7",
        OPTIONS,
        "file",
        "This is a PDF, not a CSV file. Export the table as CSV and upload that.",
    ),
    (
        b"a,b\n1,\x00\x01\x02\n",
        OPTIONS,
        "file",
        "The file holds zero bytes, so it is not text. Export the table as CSV and upload that.",
    ),
    (
        "a\nü\n".encode("cp1252"),
        Options(encoding="utf-8"),
        "encoding",
        "The file is not utf-8: line 2 holds bytes that it does not have. Choose another encoding.",
    ),
    (
        b"a,a\n1,2\n",
        OPTIONS,
        "header",
        "Columns 1 and 2 are both called “a”. Rename one of them (capital letters do not count).",
    ),
    (
        b"a,b\x1b[31m\n1,2\n",
        OPTIONS,
        "header",
        "The name of column 2 holds what is no character. Rename the column.",
    ),
    (
        b"a,,c\n1,2,3\n",
        OPTIONS,
        "header",
        "Column 2 has no name. Give each column a name in the first line.",
    ),
    (
        b"a,_ROW\n1,2\n",
        OPTIONS,
        "header",
        "Column 2 is called “_ROW”. The portal keeps this name for the row number: rename the "
        "column.",
    ),
    (
        b"a,b\n1,2\n3\n4,5,6\n",
        OPTIONS,
        "file",
        "Line 3: 2 cells expected, 1 found. 1 more row does not fit. Mend the file, or choose to "
        "skip bad rows.",
    ),
    (
        b'a,b\n1,"2\n3,4\n',
        OPTIONS,
        "quote",
        "The quote that opens on line 2 is never closed. Close it, or choose another quote "
        "character.",
    ),
    (
        b"n\n1\nx\n",
        Options(types={"n": "integer"}),
        "types",
        "Line 3, column “n”: “x” is not a whole number. Choose another type, add a spelling of "
        "“nothing”, or skip bad rows.",
    ),
    (
        b"at\n29/2/2024\n",
        Options(types={"at": "date"}, date_order="month_first"),
        "types",
        "Line 2, column “at”: “29/2/2024” is not a date, month first. Choose another type, add a "
        "spelling of “nothing”, or skip bad rows.",
    ),
    (
        b"at\n1/2/2024\n",
        OPTIONS,
        "date_order",
        "Column “at”: do the dates begin with the day or with the month? Both fit all 1 values, "
        "and 1 of them would change.",
    ),
    (
        b"a\n1\n",
        Options(types={"b": "text"}),
        "types",
        "The file has no column “b”. Its columns: a.",
    ),
]


@pytest.mark.parametrize(("content", "options", "field", "message"), CASES)
def test_bad_file_is_refused_and_leaves_nothing(
    tmp_path: Path, target: Path, content: bytes, options: Options, field: str, message: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(Invalid) as refused:
        load(path, options, target)
    assert (refused.value.field, refused.value.message) == (field, message)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "caps", "message"),
    [
        (
            "a\n" + "1\n" * 600_000,
            Caps(bytes=1_000_000),
            "The file has 1.2 MB; at most 1.0 MB are allowed. Leave out columns or split it by "
            "time.",
        ),
        (
            "a,b,c\n1,2,3\n",
            Caps(columns=2),
            "The file has 3 columns; at most 2 are allowed.",
        ),
        (
            "a\n1\n" + "x" * 150 + "\n",
            Caps(cell_characters=100),
            "A cell on line 3 has more than 100 characters. Is a quote left open there?",
        ),
        (
            "a\n1\n2\n3\n",
            Caps(rows=2),
            "The file has 3 rows; at most 2 are allowed. Split it by time.",
        ),
    ],
)
def test_caps_are_held(
    tmp_path: Path, target: Path, content: str, caps: Caps, message: str
) -> None:
    path = tmp_path / "big.csv"
    path.write_text(content)
    for look in (lambda: profile(path, caps=caps), lambda: load(path, OPTIONS, target, caps=caps)):
        with pytest.raises(Invalid) as refused:
            look()
        assert (refused.value.field, refused.value.message) == ("file", message)
    assert list(target.parent.iterdir()) == []


def test_hundred_kilobytes_hostile_to_patterns_are_profiled(tmp_path: Path) -> None:
    path = tmp_path / "hostile.csv"
    path.write_text("a\n" + "1" * 50_000 + "!\n" + "1/" * 25_000 + "\n")
    assert profile(path).columns[0].type == "text"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"encoding": "klingon"}, "encoding"),
        ({"delimiter": ";;"}, "delimiter"),
        ({"quote": ","}, ""),
        ({"date_order": "any"}, "date_order"),
        ({"decimal": "'"}, "decimal"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"types": {"a": "money"}}, "types"),
        ({"bad_rows": "hide"}, "bad_rows"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_options_are_refused_with_their_field(data: dict[str, object], field: str) -> None:
    if not field:
        data, field = {**data, "delimiter": ","}, "delimiter"
    with pytest.raises(Invalid) as refused:
        file_source("csv").options(data)
    assert refused.value.field == field


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        file_source("xls")
    assert refused.value.field == "kind"


def test_full_disk_may_be_tried_again() -> None:
    error = explain(OSError(28, "No space left on device"), doing="loading the file")
    assert isinstance(error, Temporary)
    assert error.message.startswith("The disk is full")
