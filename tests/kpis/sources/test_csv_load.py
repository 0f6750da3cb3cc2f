"""What a load writes and reports."""

from __future__ import annotations

import csv
import hashlib
import stat
import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ace_portal.lib.errors import Invalid, Temporary
from kpis.sources.base import BadRow, Caps, ClockChanges, LoadReport
from kpis.sources.csv import Options, load, profile
from kpis.sources.registry import file_source
from tests.kpis.sources.conftest import Write, rows_of


def test_event_log_loads_as_profiled_in_file_order(event_log: Path, target: Path) -> None:
    report = load(event_log, profile(event_log).options, target)

    with event_log.open(newline="") as file:
        source = list(csv.DictReader(file))
    rows = rows_of(target, "SELECT number, opened_at, resolved_at, _row FROM load")
    assert rows == [
        (row["number"], _day_first(row["opened_at"]), _day_first(row["resolved_at"]), place)
        for place, row in enumerate(source, start=1)
    ]
    assert report.rows == len(source)
    assert report.as_of == str(max(row[2] for row in rows if row[2] is not None))
    assert report.source_sha256 == hashlib.sha256(event_log.read_bytes()).hexdigest()
    assert report.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert stat.S_IMODE(target.stat().st_mode) == 0o440
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def _day_first(text: str) -> datetime | None:
    return None if text == "?" else datetime.strptime(text, "%d/%m/%Y %H:%M")


def test_report_survives_json(event_log: Path, target: Path) -> None:
    report = load(event_log, profile(event_log).options, target)
    assert LoadReport.from_json(report.to_json()) == report


def test_progress_rises_to_the_whole(event_log: Path, target: Path) -> None:
    seen: list[float] = []
    load(event_log, profile(event_log).options, target, lambda done, total: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == 100


def test_values_become_their_types(write: Write, target: Path) -> None:
    path = write(
        "code;amount;ok;day;note\n007;1.234,5;ja;29.2.2024;a\n010;-0,25;no;1.3.2024;\n".replace(
            "ja", "yes"
        )
    )
    report = load(path, Options(decimal=",", null_tokens=("",)), target)
    assert rows_of(target) == [
        ("007", 1234.5, True, date(2024, 2, 29), "a", 1),
        ("010", -0.25, False, date(2024, 3, 1), None, 2),
    ]
    assert [(column.name, column.type, column.nulls) for column in report.columns] == [
        ("code", "text", 0),
        ("amount", "number", 0),
        ("ok", "boolean", 0),
        ("day", "date", 0),
        ("note", "text", 1),
        ("_row", "integer", 0),
    ]


def test_told_types_win(write: Write, target: Path) -> None:
    path = write("a,b,c\n1,007,5\n0,008,6\n")
    load(path, Options(types={"a": "boolean", "b": "integer", "c": "text"}), target)
    assert rows_of(target) == [(True, 7, "5", 1), (False, 8, "6", 2)]


def test_empty_text_stays_when_it_is_not_a_null_token(write: Write, target: Path) -> None:
    load(write('a,b\n"",x\n?,y\n'), Options(null_tokens=("?",)), target)
    assert rows_of(target) == [("", "x", 1), (None, "y", 2)]


def test_quoted_line_breaks_and_quotes_stay_in_their_cell(write: Write, target: Path) -> None:
    load(write('a,b\n1,"x\ny"\n2,"say ""hi"", ok"\n\n3,5" disk\n'), Options(), target)
    assert rows_of(target) == [
        (1, "x\ny", 1),
        (2, 'say "hi", ok', 2),
        (3, '5" disk', 3),
    ]


def test_mixed_line_ends_are_read(write: Write, target: Path) -> None:
    load(write('a,b\r\n1,"x\r\ny"\r\n3,4\n5,6\r\n'), Options(), target)
    assert [row[0] for row in rows_of(target)] == [1, 3, 5]


def test_offsets_are_converted_and_local_stamps_read_in_the_zone(
    write: Write, target: Path
) -> None:
    path = write("fixed,naive\n2024-07-01T12:00:00+02:00,2024-07-01 12:00\n")
    load(path, Options(time_zone="America/New_York"), target)
    assert rows_of(target) == [(datetime(2024, 7, 1, 10), datetime(2024, 7, 1, 16), 1)]


def test_clock_changes_follow_the_rule_and_are_counted(write: Write, target: Path) -> None:
    path = write(
        "at\n2025-03-30 01:59\n2025-03-30 02:30\n2025-03-30 03:00\n"
        "2025-10-26 01:59\n2025-10-26 02:30\n2025-10-26 03:00\n"
    )
    report = load(path, Options(time_zone="Europe/Berlin"), target)
    assert [row[0] for row in rows_of(target)] == [
        datetime(2025, 3, 30, 0, 59),
        datetime(2025, 3, 30, 1, 30),  # did not exist: moved forward to 03:30
        datetime(2025, 3, 30, 1, 0),
        datetime(2025, 10, 25, 23, 59),
        datetime(2025, 10, 26, 0, 30),  # occurred twice: the first
        datetime(2025, 10, 26, 2, 0),
    ]
    assert report.clock_changes == {"at": ClockChanges(moved_forward=1, taken_as_first=1)}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    stamps=st.lists(
        st.datetimes(datetime(1975, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=20
    ),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
    ),
)
def test_any_local_time_is_converted_as_python_does(
    write: Write, target: Path, stamps: list[datetime], zone: str
) -> None:
    stamps = [stamp.replace(microsecond=0) for stamp in stamps]
    path = write("at\n" + "".join(f"{stamp}\n" for stamp in stamps))
    load(path, Options(time_zone=zone), target)
    assert [row[0] for row in rows_of(target)] == [
        stamp.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
        for stamp in stamps
    ]


def test_ragged_rows_can_be_skipped_and_keep_their_numbers(write: Write, target: Path) -> None:
    path = write('a,b\n1,2\n3\n4,5,6\n7,"8"x\n9,10\n')
    report = load(path, Options(bad_rows="skip"), target)
    assert rows_of(target) == [(1, 2, 1), (9, 10, 5)]
    assert report.bad_rows_total == 3
    assert report.bad_rows == (
        BadRow(3, "", "3", "2 cells expected, 1 found"),
        BadRow(4, "", "4,5,6", "2 cells expected, 3 found"),
        BadRow(5, "", "", 'text after the closing "'),
    )


def test_misfits_can_be_skipped_with_line_and_value(write: Write, target: Path) -> None:
    path = write('n,note\n1,"two\nlines"\nx,b\n3,c\n')
    report = load(path, Options(types={"n": "integer"}, bad_rows="skip"), target)
    assert rows_of(target, "SELECT n, _row FROM load") == [(1, 1), (3, 3)]
    assert report.bad_rows == (BadRow(4, "n", "x", "not a whole number"),)


def test_bad_rows_are_capped_and_counted(write: Write, target: Path) -> None:
    path = write("n\n1\n" + "x\n" * 250)
    report = load(path, Options(types={"n": "integer"}, bad_rows="skip"), target)
    assert (report.rows, len(report.bad_rows), report.bad_rows_total) == (1, 100, 250)


def test_failed_load_leaves_an_earlier_file_alone(write: Write, target: Path) -> None:
    load(write("n\n1\n"), Options(), target)
    before = target.read_bytes()
    with pytest.raises(Invalid):
        load(write("n\nx\n"), Options(types={"n": "integer"}), target)
    assert target.read_bytes() == before


def test_registry_reads_options_from_json(write: Write, target: Path) -> None:
    source = file_source("csv")
    report = source.load(write("a;b\n1;2\n"), source.options({"delimiter": ";"}), target)
    assert report.rows == 1


def test_file_cut_within_a_quoted_text_loads_without_that_row(write: Write, target: Path) -> None:
    path = write('a,b\n1,"x"\n2,"y\nz"\n3,"cut of')
    with pytest.raises(Invalid) as refused:
        load(path, Options(), target)
    report = load(path, Options(bad_rows="skip"), target)

    assert refused.value.message == (
        "Line 5: the file ends within a quoted text. Mend the file, or choose to skip bad rows."
    )
    assert (rows_of(target), report.cut) == ([(1, "x", 1), (2, "y\nz", 2)], True)


@pytest.mark.parametrize(
    ("yes", "no"),
    [("WAHR", "FALSCH"), ("VRAI", "FAUX"), ("Vero", "Falso"), ("VERDADERO", "FALSO"),
     ("verdadeiro", "falso"), ("WAAR", "ONWAAR"), ("SANT", "FALSKT"), ("ja", "nein"),
     ("oui", "non")],
)  # fmt: skip
def test_truth_values_are_read_as_spreadsheets_spell_them(
    write: Write, target: Path, yes: str, no: str
) -> None:
    path = write(f"n,met\n1,{yes}\n2,{no}\n3,\n")
    found = profile(path)
    load(path, found.options, target)

    assert (found.columns[1].type, found.columns[1].written) == (
        "boolean", ", ".join(sorted((yes, no))),
    )  # fmt: skip
    assert rows_of(target, "SELECT met FROM load ORDER BY _row") == [(True,), (False,), (None,)]


def test_cell_is_as_long_as_its_letters_whatever_bytes_they_take(
    write: Write, target: Path
) -> None:
    path = write("a\n" + "漢" * 90 + "\n")

    assert load(path, profile(path).options, target, caps=Caps(cell_characters=90)).rows == 1


def test_report_tells_the_ends_of_columns_as_the_rows_have_them(write: Write, target: Path) -> None:
    """Whether the file's own notes have them (short texts, times) or not (long ones, truths)."""
    long = "z" * 9_000
    rows = [
        ("text", "long", "number", "count", "day", "moment", "truth", "empty"),
        ("b", "y", "1.5", "7", "2025-03-01", "2025-03-01 10:00:00", "true", ""),
        ("a", long, "-2.25", "-3", "2024-02-29", "2024-02-29 23:59:59", "true", ""),
        ("é", "x", "", "0", "2025-01-01", "2025-01-01 00:00:00", "true", ""),
    ]
    path = write("".join(",".join(row) + "\n" for row in rows))
    report = load(path, profile(path).options, target)

    assert {c.name: (c.min, c.max, c.nulls) for c in report.columns if c.name != "_row"} == {
        "text": ("a", "é", 0),
        "long": ("x", "z" * 100, 0),
        "number": (-2.25, 1.5, 1),
        "count": (-3, 7, 0),
        "day": ("2024-02-29", "2025-03-01", 0),
        "moment": ("2024-02-29 23:59:59", "2025-03-01 10:00:00", 0),
        "truth": (True, True, 0),
        "empty": (None, None, 3),
    }


def test_full_disk_leaves_nothing_and_the_next_attempt_loads(
    event_log: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every write to the kernel's full device fails as on a disk without space."""
    options, name = profile(event_log).options, uuid.UUID(int=7)
    with monkeypatch.context() as full:
        full.setattr("kpis.sources.parquet.uuid.uuid4", lambda: name)
        target.with_name(f".{target.name}.{name.hex}.part").symlink_to("/dev/full")
        with pytest.raises(Temporary) as refused:
            load(event_log, options, target)
    assert refused.value.message.startswith("The disk is full")
    assert list(target.parent.iterdir()) == []

    assert load(event_log, options, target).rows > 0
