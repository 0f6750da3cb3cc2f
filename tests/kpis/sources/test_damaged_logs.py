"""The real incident log, cut off, and saved anew by a spreadsheet: what is loaded, what differs."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ace_portal.lib.errors import Invalid
from kpis.differences import Record, differences
from kpis.sources.csv import CsvSource, Options, Profile, load, profile
from tests.kpis.sources.conftest import rows_of
from tests.kpis.sources.test_truth_csv import LAST

pytestmark = pytest.mark.xdist_group("real incidents")

DATA = Path(__file__).parents[3] / "../shared/data"
SOURCE = CsvSource()
DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4}) (\d{2}:\d{2})\b")
TRUTH_VALUE = re.compile(r"(?<=,)(true|false)(?=,)")
GERMAN = {"true": "WAHR", "false": "FALSCH"}


@pytest.fixture(scope="module")
def log() -> str:
    with zipfile.ZipFile(DATA / "uci498_incident_event_log.zip") as archive:
        return archive.read("incident_event_log.csv").decode()


@pytest.fixture(scope="module")
def whole(log: str, tmp_path_factory: pytest.TempPathFactory) -> Profile:
    path = tmp_path_factory.mktemp("whole") / "log.csv"
    path.write_text(log)
    return profile(path)


def record(found: Profile) -> Record:
    return Record(
        columns={column.name: column.type for column in found.columns},
        rows=found.rows,
        options={**found.options.to_json(), "time_zone": None},
        kind=SOURCE.kind_of(found),
        written={column.name: str(column.written) for column in found.columns},
        bad_rows=found.bad_rows_total,
        cut=found.cut,
    )


def told(before: Profile, after: Profile) -> list[tuple[str, ...]]:
    return [tuple(piece.values()) for piece in differences(record(before), record(after))]


def test_log_cut_in_a_line_loads_without_that_line(
    log: str, whole: Profile, tmp_path: Path, target: Path
) -> None:
    """The cut is in the middle of an incident's events and of a line."""
    text = log[: len(log) // 4 + 7]
    path = tmp_path / "cut.csv"
    path.write_text(text)
    with pytest.raises(Invalid) as refused:
        load(path, whole.options, target)
    found = profile(path, replace(Options(null_tokens=whole.options.null_tokens), bad_rows="skip"))
    report = load(path, replace(found.options, bad_rows="skip"), target)

    (bad,) = report.bad_rows
    lines, last = text.count("\n"), text.rpartition("\n")[2]
    assert last.split(",")[0] == text.split("\n")[-2].split(",")[0]
    assert refused.value.message == (
        f"Line {lines + 1:,}: {bad.reason}. Mend the file, or choose to skip bad rows."
    )
    assert (bad.line, bad.reason) == (
        lines + 1, f"36 cells expected, {last.count(',') + 1} found",
    )  # fmt: skip
    assert (report.rows, report.cut) == (lines - 1, True)
    assert report.notes == (
        "The file ends in the middle of a row: it was probably cut off while it was copied.",
    )
    fewer = 141_712 - report.rows
    assert told(whole, found) == [
        ("added", "The last line", "", "ends in the middle of a row"),
        (
            "changed", "Rows", "141,712",
            f"{report.rows:,}, {fewer:,} fewer ({fewer / 141_712:.1%})",
        ),
        ("changed", "Rows that do not fit", "0", "1"),
    ]  # fmt: skip


def test_log_saved_by_a_spreadsheet_gives_the_same_figures(
    log: str, whole: Profile, tmp_path: Path, target: Path
) -> None:
    """Month first, truth values in German, semicolons, a mark at the beginning."""
    text = DATE.sub(r"\2/\1/\3 \4", TRUTH_VALUE.sub(lambda match: GERMAN[match[1]], log))
    path = tmp_path / "saved.csv"
    path.write_text(text.replace(",", ";"), encoding="utf-8-sig")
    found = profile(path)
    report = load(path, found.options, target)
    truth: dict[str, Any] = json.loads((DATA / "truth.json").read_text())["uci498_incidents"]

    assert (found.needs, found.options.date_order, report.rows) == (
        (), "month_first", truth["rows"],
    )  # fmt: skip
    assert rows_of(
        target, f"SELECT count(*), min(opened_at)::text, max(opened_at)::text FROM {LAST}"
    ) == [(truth["incidents"], truth["opened_min"], truth["opened_max"])]
    ((share,),) = rows_of(target, f"SELECT 100 * avg(made_sla::INTEGER) FROM {LAST}")
    assert round(share, 2) == 63.42
    dates = ("opened_at", "sys_created_at", "sys_updated_at", "resolved_at", "closed_at")
    truths = ("active", "made_sla", "knowledge", "u_priority_confirmation")
    quoted = [", ".join(f"“{name}”" for name in names) for names in (truths, dates)]
    assert told(whole, found) == [
        ("changed", f"Spelling of {quoted[0]}", "false, true", "FALSCH, WAHR"),
        (
            "changed", f"Spelling of {quoted[1]}",
            "day/month/year hour:minute", "month/day/year hour:minute",
        ),
        ("changed", "Cells are cut at", "comma", "semicolon"),
        ("changed", "Order of the dates", "day first", "month first"),
    ]  # fmt: skip


def test_log_saved_in_another_country_is_read_once_its_decimal_mark_is_told(
    log: str, whole: Profile, tmp_path: Path, target: Path
) -> None:
    """ISO dates, decimal comma, Windows letters."""
    lines = DATE.sub(r"\3-\2-\1 \4", log[:1_000_000]).split("\n")[:-1]
    cells = [line.replace(",", ";") for line in lines]
    text = "\n".join([f"{cells[0]};effort", *(f"{line};1,5" for line in cells[1:])])
    path = tmp_path / "saved.csv"
    path.write_bytes(text.replace("Location", "Büro").encode("cp1252"))
    found = profile(path)
    letters, need = found.needs
    again = profile(path, replace(Options(null_tokens=found.options.null_tokens), decimal=","))
    load(path, again.options, target)

    assert (need.kind, need.column, need.suggestion, need.urgent) == (
        "decimal", "effort", ",", False,
    )  # fmt: skip
    assert rows_of(target, "SELECT avg(effort), bool_and(location LIKE 'Büro %') FROM load") == [
        (1.5, True)
    ]
    assert ("added", "Column “effort”", "", "numbers") in told(whole, again)
    assert ("changed", "Decimal mark", "a point", "a comma") in told(whole, again)
    assert ("changed", "Letters are written in", "utf-8", letters.suggestion) in told(whole, again)
    assert (letters.kind, letters.urgent) == ("encoding", False)
    assert letters.question.endswith(" sure: check the letters with accents. Is “Büro 143” right?")
