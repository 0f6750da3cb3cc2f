"""What does not fit is refused in a sentence beside its field; what was typed stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"

#: refused at once: nothing of them is kept
FILES = {
    "picture": (PNG, "This is a picture, not a CSV file. Export the table as CSV and upload that."),
    "empty": (b"", "The file is empty."),
    "header": (b"a,b\n", "The file has column names and no rows."),
    "twice": (b"a,A\n1,2\n", "Columns 1 and 2 are both called “A”. Rename one of them (capital "
              "letters do not count)."),
    "nameless": (b"a,\n1,2\n", "Column 2 has no name. Give each column a name in the first line."),
    "unclosed": (b'a,b\n1,2\n"3,4\n', "The quote that opens on line 3 is never closed. Close it, "
                 "or choose another quote character."),
}  # fmt: skip
QUERIES = {
    "SELECT nope FROM service_desk_events":
        "Line 1, column 8: there is no column “nope”.",
    "DELETE FROM service_desk_events":
        "Only a query that reads is allowed: begin with SELECT or WITH, not DELETE.",
    "CREATE TABLE mine AS SELECT 1":
        "Only a query that reads is allowed: begin with SELECT or WITH, not CREATE.",
    "SELECT 1; DROP TABLE service_desk_events":
        "Write one query; these are 2 statements. Remove all but one.",
    "SELECT * FROM read_csv('/etc/passwd')":
        "Line 1, column 15: “READ_CSV('/etc/passwd')” is a table function, which is not available.",
}  # fmt: skip
FORGED = (
    "/kpis/uploads/999999/",
    "/kpis/datasets/nobodys/",
    "/kpis/nobodys/",
    "/discover/personas/service-desk-lead/questions/999999/",
    "/dashboards/nobodys/",
    "/dashboards/incident-service/tiles/nobodys/explain/",
)


@pytest.fixture
def owner(visit: Callable[..., Visitor]) -> Visitor:
    return visit("owner")


def errors(owner: Visitor) -> list[str]:
    """The sentences beside the fields; above the form they are said once more."""
    beside = [text.strip() for text in owner.page.locator(".field__error").all_inner_texts()]
    above = owner.page.locator(".form__errors")
    expect(above).to_be_focused()
    for sentence in beside:
        expect(above).to_contain_text(sentence)
    return beside


def look_at(owner: Visitor, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    owner.go("/kpis/datasets/new/")
    owner.fill(file=path)
    owner.press("Look at the file")


def names(owner: Visitor) -> list[str]:
    return owner.go("/kpis/datasets/").locator("tbody th").all_inner_texts()


def test_files_that_are_no_table_are_refused(owner: Visitor, tmp_path: Path) -> None:
    before = names(owner)
    for name, (content, sentence) in FILES.items():
        look_at(owner, tmp_path / f"{name}.csv", content)
        assert errors(owner) == [sentence]

    assert names(owner) == before


def test_what_a_file_leaves_open_is_asked(owner: Visitor, tmp_path: Path) -> None:
    before = names(owner)
    look_at(owner, tmp_path / "ambiguous.csv", b"n,opened\n1,01/02/2026\n2,03/04/2026\n")
    owner.fill(name="Ambiguous days", time_zone="UTC")
    owner.press("Create and load")
    assert errors(owner) == ["Choose one: the file does not say."]
    assert owner.page.get_by_label("Name", exact=True).input_value() == "Ambiguous days"
    assert owner.page.locator("[name=time_zone]").input_value() == "UTC"

    look_at(owner, tmp_path / "ragged.csv", b"a,b\n1,2\n3,4,5\n6\n")
    expect(owner.page.locator("#bad-rows")).to_contain_text("2 cells expected, 3 found")
    owner.fill(name="Ragged rows")
    owner.press("Create and load")
    assert errors(owner) == ["2 rows do not fit. Mend the file, or choose to skip them."]
    assert owner.page.get_by_label("Name", exact=True).input_value() == "Ragged rows"

    look_at(owner, tmp_path / "latin.csv", "name,n\nMüller,1\n".encode("latin-1"))
    owner.fill(name="Umlauts", encoding="utf-8")
    owner.press("Look again")
    assert errors(owner) == [
        "The file is not utf-8: line 2 holds bytes that it does not have. Choose another encoding."
    ]
    assert owner.page.get_by_label("Name", exact=True).input_value() == "Umlauts"

    assert names(owner) == before


def test_dates_that_cannot_be_read_are_refused_with_their_line(
    owner: Visitor, tmp_path: Path
) -> None:
    before = names(owner)
    days = b"".join(b"%d,%d/10/2026\n" % (n, n + 13) for n in range(1, 9))
    look_at(owner, tmp_path / "days.csv", b"n,opened\n0,32/13/2026\n" + days)
    expect(owner.page.locator("#columns")).to_contain_text("“32/13/2026” on line 2")
    owner.fill(name="Impossible days", type_1="Date")
    owner.press("Create and load")

    assert errors(owner) == [
        "Line 2, column “opened”: “32/13/2026” is not a date, day first. Choose another type, add "
        "a spelling of “nothing”, or skip bad rows."
    ]
    assert owner.page.get_by_label("Name", exact=True).input_value() == "Impossible days"
    assert names(owner) == before


def test_queries_that_do_more_than_read_are_refused(owner: Visitor) -> None:
    before = names(owner)
    for sql, sentence in QUERIES.items():
        owner.go("/kpis/datasets/new/sql/")
        owner.fill(name="Clever", sql=sql)
        owner.press("Save and build")
        assert errors(owner) == [sentence]
        assert owner.page.locator("[name=sql]").input_value() == sql

    assert names(owner) == before


def test_threshold_against_the_direction_is_refused(owner: Visitor) -> None:
    before = owner.go("/kpis/sla-attainment/").locator(".goals").inner_text()
    owner.go("/kpis/sla-attainment/targets/new/")
    owner.fill(good="80", watch="90")
    owner.press("Save")

    assert errors(owner) == [
        "More is better: the threshold to watch (90) cannot be above the good one (80)."
    ]
    assert owner.page.locator("[name=good]").input_value() == "80"
    assert owner.go("/kpis/sla-attainment/").locator(".goals").inner_text() == before


def test_forged_addresses_are_not_found(owner: Visitor) -> None:
    assert {path: owner.status(path) for path in FORGED} == dict.fromkeys(FORGED, 404)


def test_another_groups_dashboard_is_not_found(visit: Callable[..., Visitor]) -> None:
    colleague = visit("colleague")

    assert colleague.status("/dashboards/incident-service/") == 404
    expect(colleague.page.get_by_role("heading", level=1)).not_to_have_text(
        re.compile("Incident service")
    )
    assert colleague.status("/dashboards/incident-service/?period=all&priority=P1") == 404
