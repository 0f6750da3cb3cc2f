"""JSON: objects become rows, types are found as in CSV, a broken line is a bad row."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ace_portal.lib.errors import Invalid
from kpis.sources.base import Caps
from kpis.sources.jsonl import JsonOptions, JsonSource
from tests.kpis.sources.conftest import Write, rows_of

SOURCE = JsonSource()
OBJECTS: list[dict[str, Any]] = [
    {"number": "A", "at": "2024-03-01T09:15:00", "hops": 1, "cost": 1.5, "met": True, "code": "07"},
    {"number": "B", "at": "2024-03-02T09:15:00", "hops": None, "cost": 2, "met": False},
    {"number": "C\nD", "hops": 3, "cost": 1e-7, "met": True, "code": "08", "tags": ["x", {"y": 1}]},
]
ROWS = [
    ("A", datetime(2024, 3, 1, 9, 15), 1, 1.5, True, "07", None, 1),
    ("B", datetime(2024, 3, 2, 9, 15), None, 2.0, False, None, None, 2),
    ("C\nD", None, 3, 1e-7, True, "08", '["x", {"y": 1}]', 3),
]
SHAPES = {
    "lines": "\n".join(json.dumps(one) for one in OBJECTS),
    "lines with a mark, blank lines and Windows ends": "\ufeff"
    + "\r\n\r\n".join(json.dumps(one) for one in OBJECTS)
    + "\r\n",
    "a list": json.dumps(OBJECTS),
    "a list over many lines": json.dumps(OBJECTS, indent=2),
    "objects over many lines": "\n".join(json.dumps(one, indent=1) for one in OBJECTS),
}


def load(path: Path, target: Path, **options: Any) -> Any:
    return SOURCE.load(path, JsonOptions(**options), target)


@pytest.mark.parametrize("shape", SHAPES)
def test_objects_become_rows(write: Write, target: Path, shape: str) -> None:
    report = load(write(SHAPES[shape]), target)

    assert [(c.name, c.type) for c in report.columns] == [
        ("number", "text"), ("at", "timestamp"), ("hops", "integer"), ("cost", "number"),
        ("met", "boolean"), ("code", "text"), ("tags", "text"), ("_row", "integer"),
    ]  # fmt: skip
    assert rows_of(target) == ROWS
    assert report.notes == ("Lists and objects are kept as JSON text in “tags”.",)


def test_profile_finds_types_as_in_csv(write: Write) -> None:
    found = SOURCE.profile(write(SHAPES["lines"]))

    assert {c.name: c.reason for c in found.columns}["hops"] == "All 2 values are whole numbers."
    assert (found.rows, found.header_note) == (3, "The keys of the objects name the columns.")
    assert SOURCE.profile_from_json(json.loads(json.dumps(found.to_json()))) == found


def test_ambiguous_dates_are_asked(write: Write, target: Path) -> None:
    path = write('{"at": "3/4/2024"}\n{"at": "5/4/2024"}\n')
    (need,) = SOURCE.profile(path).needs
    load(path, target, date_order="month_first")

    assert (need.kind, need.urgent) == ("date_order", True)
    assert rows_of(target, 'SELECT month("at") FROM load ORDER BY _row') == [(3,), (5,)]


BROKEN = '{"a": 1}\n\n{"a": 2\n[3]\n{"a": NaN}\n{"a": 4}\n'


def test_broken_lines_stop_the_load_or_are_skipped(write: Write, target: Path) -> None:
    path = write(BROKEN)
    with pytest.raises(Invalid) as refused:
        load(path, target)
    report = load(path, target, bad_rows="skip")

    assert refused.value.message == (
        "Line 3: the JSON breaks off. 2 more rows do not fit. Mend the file, or choose to skip "
        "bad rows."
    )
    assert [(row.line, row.reason, row.value) for row in report.bad_rows] == [
        (3, "the JSON breaks off", '{"a": 2'),
        (4, "not an object in braces", "[3]"),
        (5, "not JSON: NaN", '{"a": NaN}'),
    ]
    assert rows_of(target) == [(1, 1), (4, 5)]


def test_value_that_does_not_fit_is_told_with_its_line(write: Write, target: Path) -> None:
    path = write('{"a": 1}\n\n{"a": "x"}\n')
    with pytest.raises(Invalid) as refused:
        load(path, target, types={"a": "integer"})

    assert refused.value.message.startswith("Line 3, column “a”: “x” is not a whole number.")


CUT = {
    "line": ('{"a": 1}\n{"a": 2}\n{"a": "x', 3),
    "list": ('[{"a": 1},\n{"a": 2},\n{"a": 3', 3),
    "list between two": ('[{"a": 1},\n{"a": 2},\n', 3),
}


@pytest.mark.parametrize("kind", CUT)
def test_file_that_was_cut_off_says_so(write: Write, target: Path, kind: str) -> None:
    text, line = CUT[kind]
    report = load(write(text), target, bad_rows="skip")

    assert (report.rows, report.cut, report.bad_rows[0].line) == (2, True, line)
    assert report.bad_rows[0].reason == "the JSON breaks off"
    assert report.notes == (
        "The file ends in the middle of a row: it was probably cut off while it was copied.",
    )


DEEP = '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}\n"
REFUSED = {
    "blank": (b"\n \n", "The file holds only blank lines."),
    "list of nothing": (b"[]", "The file holds no object with a value."),
    "no object": (b"[1, 2]", "Line 1: not an object in braces. 1 more row does not fit."),
    "deep": (DEEP.encode(), "Line 1: nested too deeply."),
    "digits": (b'{"a": ' + b"1" * 5_000 + b"}\n", "Line 1: not JSON: Exceeds the limit"),
    "utf-16": ('{"a": 1}'.encode("utf-16"), "JSON is written in UTF-8; this file is not."),
    "latin": ('{"a": "ü"}\n'.encode("cp1252"), "Line 1: the letters are not UTF-8."),
    "text": (b"a,b\n1,2\n", "Line 1: not JSON: Expecting value. 1 more row does not fit."),
    "same": (b'{"a": 1, "A": 2}\n', "Columns 1 and 2 are both called “A”."),
    "row": (b'{"_row": 1}\n', "Column 1 is called “_row”."),
    "half": (b'{"a\\ud800": 1}\n', "The name of column 1 holds what is no character."),
    "zero": (b'{"a\\u0000": 1}\n', "The name of column 1 holds what is no character."),
    "after": (b'[{"a": 1}] x', "Line 1: more text after the end of the list."),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_table_gets_its_sentence(tmp_path: Path, target: Path, kind: str) -> None:
    content, message = REFUSED[kind]
    path = tmp_path / "data.json"
    path.write_bytes(content)
    for look in (lambda: SOURCE.profile(path), lambda: load(path, target)):
        with pytest.raises(Invalid) as refused:
            look()
        assert refused.value.message[: len(message)] == message
    assert list(target.parent.iterdir()) == []


CAPS = [
    (Caps(bytes=50), "The file has 0.0 MB; at most 0.0 MB are allowed."),
    (Caps(columns=6), "The objects have more than 6 different keys."),
    (Caps(rows=2), "The file has 3 rows; at most 2 are allowed."),
    (Caps(cell_characters=18), "A cell on line 1 has more than 18 characters."),
]


@pytest.mark.parametrize(("caps", "message"), CAPS)
def test_caps_are_held(write: Write, target: Path, caps: Caps, message: str) -> None:
    path = write(SHAPES["lines"])
    for look in (
        lambda: SOURCE.profile(path, caps=caps),
        lambda: SOURCE.load(path, JsonOptions(), target, caps=caps),
    ):
        with pytest.raises(Invalid) as refused:
            look()
        assert refused.value.message[: len(message)] == message
    assert list(target.parent.iterdir()) == []


def test_list_of_many_megabytes_is_read_in_pieces(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "big.json"
    path.write_text(
        "[" + ",\n".join(f'{{"n": {i}, "t": "{"x" * 60}"}}' for i in range(40_000)) + "]"
    )
    report = load(path, target)

    assert (report.rows, path.stat().st_size > 3_000_000) == (40_000, True)
    assert rows_of(target, "SELECT count(*) FROM load WHERE n + 1 <> _row") == [(0,)]
