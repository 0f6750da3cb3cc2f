"""Workbooks: what their cells say is what is loaded, and what is too much is refused at once."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ace_portal.lib.errors import Invalid
from kpis.sources.base import Caps
from kpis.sources.reading import Profile
from kpis.sources.xlsx import SheetOptions, XlsxSource
from tests.fixtures.workbooks import Error, inflating, workbook
from tests.kpis.sources.conftest import rows_of

SOURCE = XlsxSource()
HEADER = ["number", "opened", "hops", "cost", "met", "team", None, "day", "code", "12"]
TABLE: list[list[Any]] = [
    ["Report of March"],
    [],
    HEADER,
    ["A", datetime(2024, 3, 1, 9, 15), 1, 1.5, True, "x", None, date(2024, 3, 1), "007", "1"],
    ["B", datetime(2024, 3, 2), 2, 2, False, Error("#N/A"), None, date(2024, 3, 2), "12", "2"],
    [],
    ["C", datetime(2024, 3, 3, 9, 15), "?", 0.1 + 0.2, True, "y\nz", None, None, "13", "3"],
]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return workbook(tmp_path / "book.xlsx", {"Data": TABLE})


def load(path: Path, target: Path, **options: Any) -> Any:
    return SOURCE.load(path, SheetOptions(**{"null_tokens": ("", "?"), **options}), target)


def column(profile: Profile, name: str) -> Any:
    return next(column for column in profile.columns if column.name == name)


def test_cells_keep_the_type_that_the_workbook_gives_them(book: Path, target: Path) -> None:
    report = load(book, target)

    assert [(c.name, c.type) for c in report.columns] == [
        ("number", "text"), ("opened", "timestamp"), ("hops", "integer"), ("cost", "number"),
        ("met", "boolean"), ("team", "text"), ("day", "date"), ("code", "text"), ("12", "text"),
        ("_row", "integer"),
    ]  # fmt: skip
    assert rows_of(target) == [
        ("A", datetime(2024, 3, 1, 9, 15), 1, 1.5, True, "x", date(2024, 3, 1), "007", "1", 1),
        ("B", datetime(2024, 3, 2), 2, 2.0, False, None, date(2024, 3, 2), "12", "2", 2),
        ("C", datetime(2024, 3, 3, 9, 15), None, 0.1 + 0.2, True, "y\nz", None, "13", "3", 3),
    ]
    assert report.as_of == "2024-03-03 09:15:00"


def test_profile_says_what_it_found_and_why(book: Path) -> None:
    found = SOURCE.profile(book)

    assert (found.rows, found.header_note) == (3, "Row 3 of the sheet names the columns.")
    assert found.notes == ("1 cell holds an error such as #N/A and is read as empty.",)
    assert column(found, "hops").reason == "All 2 values are whole numbers."
    assert column(found, "12").reason == (
        "Text in the file. Choose another type if it is one: All 3 values are whole numbers."
    )
    assert [(token.token, token.proposed) for token in found.null_candidates] == [
        ("", True), ("?", True),
    ]  # fmt: skip
    assert SOURCE.profile_from_json(json.loads(json.dumps(found.to_json()))) == found


def test_what_the_profile_proposes_is_what_is_loaded(book: Path, target: Path) -> None:
    options = SOURCE.profile(book).options
    report = SOURCE.load(book, SOURCE.options(options.to_json()), target)

    assert {c.name: c.type for c in report.columns if c.name != "_row"} == options.types


def test_text_becomes_what_a_person_chooses(book: Path, target: Path) -> None:
    load(book, target, types={"12": "integer"})

    assert rows_of(target, 'SELECT sum("12") FROM load') == [(6,)]


def test_value_that_does_not_fit_is_told_with_the_row_of_the_sheet(
    book: Path, target: Path
) -> None:
    with pytest.raises(Invalid) as refused:
        load(book, target, types={"hops": "integer"}, null_tokens=("",))
    skipped = load(book, target, types={"hops": "integer"}, null_tokens=("",), bad_rows="skip")

    assert refused.value.message.startswith("Line 7, column “hops”: “?” is not a whole number.")
    assert (skipped.rows, skipped.bad_rows[0].line) == (2, 7)


def test_several_sheets_are_a_question(tmp_path: Path, target: Path) -> None:
    sheets = {"Notes": "<sheetData/>", "May": [["a"], [1]], "June": [["a"], [2], [3]],
              "Old": [["a"], [4]]}  # fmt: skip
    path = workbook(tmp_path / "book.xlsx", sheets, hidden=["Old"])
    (need,) = SOURCE.profile(path).needs
    with pytest.raises(Invalid) as refused:
        load(path, target)
    load(path, target, sheet="June")
    (told,) = SOURCE.profile(path, SheetOptions(sheet="June")).needs

    assert (need.kind, need.choices, need.suggestion, need.urgent) == (
        "sheet", ("May", "June"), "May", True,
    )  # fmt: skip
    assert need.labels == ("May, 2 rows", "June, 3 rows")
    assert (refused.value.field, refused.value.message) == (
        "sheet", "Several sheets hold rows: which one is it?",
    )  # fmt: skip
    assert rows_of(target, "SELECT a FROM load ORDER BY a") == [(2,), (3,)]
    assert (told.suggestion, told.urgent) == ("June", False)


def test_one_filled_sheet_is_no_question(tmp_path: Path) -> None:
    sheets = {"Cover": [["Report"]], "Data": [["a"], [1]], "Old": [["a"], [2]]}
    found = SOURCE.profile(workbook(tmp_path / "b.xlsx", sheets, hidden=["Old"]))

    assert (found.needs, found.options.to_json()["sheet"]) == ((), "Data")
    assert found.notes == ("Hidden sheets were left out: Old.",)


def test_merged_cells_repeat_the_value_on_top(tmp_path: Path, target: Path) -> None:
    rows = [["team", "n"], ["A", 1], [None, 2], [None, 3], ["B", 4]]
    load(workbook(tmp_path / "b.xlsx", {"S": rows}, merged=["A2:A4"]), target)

    assert rows_of(target) == [("A", 1, 1), ("A", 2, 2), ("A", 3, 3), ("B", 4, 4)]


@pytest.mark.parametrize(
    ("header_row", "names"),
    [(None, ["column_1", "column_2"]), (0, ["column_1", "column_2"]), (1, ["2023", "2024"])],
)
def test_row_of_names_is_seen_or_told(
    tmp_path: Path, target: Path, header_row: int | None, names: list[str]
) -> None:
    path = workbook(tmp_path / "b.xlsx", {"S": [[2023, 2024], [1, 2], [3, 4]]})
    report = load(path, target, header_row=header_row)

    assert [c.name for c in report.columns[:-1]] == names


REFUSED = [
    ({"sheet": "Nope"}, "sheet", "The workbook has no sheet “Nope”. Its sheets: Data."),
    ({"header_row": 6}, "header_row", "Row 6 of the sheet is empty: it cannot name the columns."),
    ({"types": {"gone": "text"}}, "types", "The file has no column “gone”."),
]


@pytest.mark.parametrize(("options", "field", "message"), REFUSED)
def test_wrong_answer_is_refused_beside_its_field(
    book: Path, target: Path, options: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(Invalid) as refused:
        load(book, target, **options)

    assert (refused.value.field, refused.value.message[: len(message)]) == (field, message)
    assert list(target.parent.iterdir()) == []


def zipped(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def lying(path: Path) -> Path:
    """A part that says it has a few bytes and has more."""
    workbook(path, {"S": [["a"], ["x" * 5_000]]})
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(content.replace(struct.pack("<L", size), struct.pack("<L", 100)))
    return path


DAMAGED = "The workbook is damaged or was cut off."
NO_WORKBOOKS = {
    "text": (lambda path: path.write_text("a,b\n1,2\n"), "The name says Excel workbook, but the"),
    "cut": (
        lambda path: path.write_bytes(workbook(path, {"S": TABLE}).read_bytes()[:-300]), DAMAGED,
    ),
    "zip": (lambda path: zipped(path, {"a.txt": "x"}), "This is a ZIP archive without a workbook"),
    "xlsb": (lambda path: zipped(path, {"xl/workbook.bin": ""}), "This is a binary Excel workbook"),
    "lying": (lying, "Unpacked, “xl/worksheets/sheet1.xml” in the workbook is larger than the"),
    "entities": (
        lambda path: workbook(path, {"S": TABLE}, parts={
            "xl/workbook.xml": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        }),
        DAMAGED,
    ),
    "elsewhere": (
        lambda path: workbook(path, {"S": TABLE}, parts={
            "_rels/.rels": '<R><R Type="x/officeDocument" Target="other/workbook.xml"/></R>',
        }),
        DAMAGED,
    ),
    "empty": (lambda path: workbook(path, {"S": []}), "No sheet of the workbook holds a table."),
    "names": (lambda path: workbook(path, {"S": [["a", "A"], [1, 2]]}), "Columns 1 and 2 are both"),
    "sheets": (
        lambda path: workbook(path, {f"S{n}": [["a"], [1]] for n in range(201)}),
        "The workbook has more than 200 sheets.",
    ),
    "long name": (lambda path: workbook(path, {"S" * 201: [["a"], [1]]}), DAMAGED),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_WORKBOOKS)
def test_what_is_no_workbook_gets_its_sentence(tmp_path: Path, kind: str) -> None:
    make, message = NO_WORKBOOKS[kind]
    path = tmp_path / "book.xlsx"
    make(path)
    with pytest.raises(Invalid) as refused:
        SOURCE.profile(path)

    assert refused.value.message[: len(message)] == message


CAPS = [
    (Caps(bytes=1_000), "The file has 0.0 MB; at most 0.0 MB are allowed."),
    (Caps(unpacked_bytes=3_000), "Unpacked, the workbook has more than the 0 MB that are allowed."),
    (Caps(columns=9), "The sheet “Data” spans 10 columns; at most 9 are allowed."),
    (Caps(rows=2), "The file has 6 rows; at most 2 are allowed. Split it by time."),
    (Caps(cells=69), "The sheet “Data” spans 70 cells from the first to the last"),
    (Caps(cell_characters=18), "A cell in row 4 has more than 18 characters."),
]


@pytest.mark.parametrize(("caps", "message"), CAPS)
def test_caps_are_held(book: Path, target: Path, caps: Caps, message: str) -> None:
    for look in (
        lambda: SOURCE.profile(book, caps=caps),
        lambda: SOURCE.load(book, SheetOptions(null_tokens=("", "?")), target, caps=caps),
    ):
        with pytest.raises(Invalid) as refused:
            look()
        assert refused.value.message[: len(message)] == message
    assert list(target.parent.iterdir()) == []


def bombs(folder: Path) -> dict[str, tuple[Path, str]]:
    """Small files that would become large, and how each is refused."""
    far = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="{}"><v>1</v></c>' \
          "</row></sheetData>"  # fmt: skip
    strings = "<sst>" + "<si><t>x</t></si>" * 1_000_001 + "</sst>"
    declared = '<dimension ref="A1:XFD1048576"/><sheetData/>'
    made = {
        "strings": ({"S": [["a"], [1]]}, {"xl/sharedStrings.xml": strings}, "The workbook holds 1"),
        "wide": ({"S": far.format("XFD2")}, {}, "The sheet “S” spans 16,384 columns"),
        "long": ({"S": far.format("ZZ1048576")}, {}, "The sheet “S” spans 702 columns"),
        "area": ({"S": far.format("CV1048576")}, {}, "The sheet “S” spans 104,857,600 cells"),
        "declared": ({"S": declared}, {}, "No sheet of the workbook holds a table."),
    }
    files = {
        name: (workbook(folder / f"{name}.xlsx", sheets, parts=parts), message)
        for name, (sheets, parts, message) in made.items()
    }
    lie = "Unpacked, “xl/sharedStrings.xml” in the workbook is larger than the 1,000 bytes that the"
    more = {
        "spaces": (spaces(folder / "spaces.xlsx"), "Unpacked, the workbook has more"),
        "honest": (inflating(folder / "honest.xlsx", 2), "Unpacked, the workbook has more than"),
        "liar": (inflating(folder / "liar.xlsx", 2, says=1_000), lie),
    }
    return {**files, **more}


def spaces(path: Path) -> Path:
    """Half a megabyte that unpacks to six hundred."""
    workbook(path, {"S": [["a"], [1]]})
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/media/a.xml", "w") as part,
    ):
        for _megabyte in range(600):
            part.write(b" " * 1_000_000)
    return path


MEASURE = """
import json, re, sys, time
from pathlib import Path
from ace_portal.lib.errors import Invalid
from kpis.sources.registry import file_source
for path in sys.argv[1:]:
    began = time.process_time()
    try:
        said = str(file_source("xlsx").profile(Path(path)))
    except Invalid as error:
        said = str(error.message)
    took = time.process_time() - began
    most = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps([said, took, int(most[1]) / 1024]))
"""


def test_bombs_are_refused_within_two_seconds_and_256_megabytes(tmp_path: Path) -> None:
    made = bombs(tmp_path)
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, *(str(path) for path, _message in made.values())],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = [json.loads(line) for line in answer.stdout.splitlines()]

    for (path, message), (said, seconds, megabytes) in zip(made.values(), told, strict=True):
        assert path.stat().st_size < 4_000_000
        assert said[: len(message)] == message
        assert (seconds < 2, megabytes < 256) == (True, True), (path.name, seconds, megabytes)
