"""Files of every kind on their way through the pages and the API."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ace_portal.accounts.models import User
from kpis.models import Dataset, Load, Upload
from kpis.services import datasets, uploads
from tests.fixtures.eventlog import event_log
from tests.fixtures.workbooks import workbook
from tests.kpis.data.conftest import replaced, work
from tests.kpis.data.test_views import NEW, answers_of, error_of

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], Client]
TABLE = [["number", "hops"], ["A", 1], ["B", 2], ["C", 3]]


def book(folder: Path, sheets: Mapping[str, Any] | None = None) -> bytes:
    return workbook(folder / "book.xlsx", sheets or {"Data": TABLE}).read_bytes()


def columns_in_parquet(folder: Path) -> bytes:
    path = folder / "data.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT chr(64 + i::INTEGER) AS number, i AS hops, [i] AS list FROM range(1, 4) "
            f"AS r(i)) TO '{path}' (FORMAT parquet)"
        )
    return path.read_bytes()


FILES: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "data.tsv": (lambda _folder: b"number\thops\nA\t1\nB\t2\nC\t3\n", "Tab-separated text"),
    "data.xlsx": (book, "Excel workbook"),
    "data.parquet": (columns_in_parquet, "Parquet file"),
    "data.jsonl": (
        lambda _folder: "\n".join(
            json.dumps(dict(zip(TABLE[0], row, strict=True))) for row in TABLE[1:]
        ).encode(),
        "JSON lines",
    ),
}


def send(client: Client, content: bytes, name: str, to: str = NEW) -> Any:
    return client.post(to, {"file": SimpleUploadedFile(name, content)})


def taken(owner: User, content: bytes, name: str) -> Upload:
    return uploads.take_upload(actor=owner, file=SimpleUploadedFile(name, content))


@pytest.mark.parametrize("name", FILES)
def test_file_of_each_kind_becomes_a_dataset(
    owner: User, client_of: ClientOf, tmp_path: Path, name: str
) -> None:
    client, (make, label) = client_of(owner), FILES[name]
    url = send(client, make(tmp_path), name).url
    page = client.get(url)
    made = client.post(url, answers_of(page))

    assert f"<span>{label}</span>" in page.content.decode()
    assert (made.status_code, work()) == (302, ["done"])
    live = Dataset.objects.get().live
    assert (live.rows, live.types) == (
        3, {"number": "text", "hops": "integer", "_row": "integer"},
    )  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_api_names_the_kind_and_takes_the_file(
    owner: User, client_of: ClientOf, tmp_path: Path, name: str
) -> None:
    client, content = client_of(owner), FILES[name][0](tmp_path)
    upload = client.post("/api/v1/uploads/", {"file": SimpleUploadedFile(name, content)}).json()
    data = {"upload": upload["id"], "name": "Table"}
    made = client.post("/api/v1/datasets/", data, "application/json")

    assert (upload["kind"], upload["differences"]) == (
        {"jsonl": "json"}.get(name.partition(".")[2], name.partition(".")[2]), [],
    )  # fmt: skip
    assert (made.status_code, work()) == (201, ["done"])
    assert Dataset.objects.get().live.rows == 3


def test_only_what_is_about_such_a_file_is_asked(
    owner: User, client_of: ClientOf, tmp_path: Path
) -> None:
    client = client_of(owner)
    asked = {}
    for name, (make, _label) in FILES.items():
        form = client.get(send(client, make(tmp_path), name).url).context["form"]
        asked[name] = [bound.name for bound in form.reading]

    cells = ["encoding", "delimiter", "quote", "bad_rows"]
    assert asked == {
        "data.tsv": ["time_zone", "decimal", *cells],
        "data.xlsx": ["time_zone", "header_row", "bad_rows"],
        "data.parquet": ["time_zone"],
        "data.jsonl": ["time_zone", "bad_rows"],
    }


SHEETS = {"May": [["a"], [1]], "June": [["b"], ["x"], ["y"]]}


def test_sheet_is_asked_and_another_one_is_shown_first(
    owner: User, client_of: ClientOf, tmp_path: Path
) -> None:
    client = client_of(owner)
    url = send(client, book(tmp_path, SHEETS), "book.xlsx").url
    page = client.get(url)
    refused = client.post(url, answers_of(page))
    again = client.post(url, {**answers_of(page), "sheet": "June"})
    made = client.post(url, answers_of(again))

    assert [bound.name for bound in page.context["form"].questions] == ["sheet"]
    assert "May, 2 rows" in page.content.decode()
    assert error_of(refused, "sheet") == "Choose one: the file does not say."
    assert "The file was read again with your answers." in again.content.decode()
    assert [column.name for column, _bound in again.context["form"].columns] == ["b"]
    assert (made.status_code, work(), Dataset.objects.get().live.rows) == (302, ["done"], 2)


def test_sheet_that_is_shown_is_taken_at_once(
    owner: User, client_of: ClientOf, tmp_path: Path
) -> None:
    client = client_of(owner)
    url = send(client, book(tmp_path, SHEETS), "book.xlsx").url
    made = client.post(url, {**answers_of(client.get(url)), "sheet": "May"})

    assert (made.status_code, work(), Dataset.objects.get().live.rows) == (302, ["done"], 1)


def test_api_asks_for_the_sheet_and_remembers_it(
    owner: User, client_of: ClientOf, tmp_path: Path
) -> None:
    client, content = client_of(owner), book(tmp_path, SHEETS)
    data = {"upload": taken(owner, content, "b.xlsx").pk, "name": "Table"}
    refused = client.post("/api/v1/datasets/", data, "application/json")
    wrong = client.post("/api/v1/datasets/", {**data, "delimiter": ";"}, "application/json")
    made = client.post("/api/v1/datasets/", {**data, "sheet": "June"}, "application/json")
    next_one = {"upload": taken(owner, content, "b.xlsx").pk}
    added = client.post("/api/v1/datasets/table/loads/", next_one, "application/json")

    assert (refused.status_code, refused.json()["field"]) == (400, "sheet")
    assert (wrong.status_code, wrong.json()["detail"]) == (400, "“delimiter” is no answer here.")
    assert (made.status_code, added.status_code, work()) == (201, 201, ["done", "done"])
    assert Dataset.objects.get().live.types == {"b": "text", "_row": "integer"}


def test_decimal_comma_is_asked_and_read(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    url = send(client, b"n;price\n1;1,5\n2;2,5\n", "prices.csv").url
    page = client.get(url)
    silent = client.post(url, answers_of(page))
    again = client.post(url, {**answers_of(page), "decimal": ","})
    client.post(url, answers_of(again))

    assert silent.context["form"].errors == {"decimal": ["Choose one: the file does not say."]}
    assert "is “1,5” a number with “,” as the decimal mark?" in unescape(page.content.decode())
    assert [bound.name for bound in page.context["form"].questions] == ["decimal"]
    assert "The file was read again with your answers." in again.content.decode()
    assert work() == ["done"]
    assert Dataset.objects.get().live.columns[1]["max"] == 2.5


def test_next_file_is_read_with_the_decimal_mark_that_was_told(
    owner: User, client_of: ClientOf
) -> None:
    """Else each of them would seem to hold text where numbers were."""
    client = client_of(owner)
    first = taken(owner, b"n;price\n1;1,5\n2;2,5\n", "prices.csv")
    datasets.create_dataset(actor=owner, upload=first, name="Prices", decimal=",")
    assert work() == ["done"]
    more = b"n;price\n1;1,5\n2;2,5\n3;3,5\n"

    page = client.get(send(client, more, "prices.csv", "/kpis/datasets/prices/load/").url)
    made = client.post(page.request["PATH_INFO"] + "?dataset=prices", answers_of(page))
    told = client.post(
        "/api/v1/uploads/", {"file": SimpleUploadedFile("p.csv", more), "dataset": "prices"}
    )

    assert [change["what"] for change in page.context["changes"]] == ["Rows"]
    assert (made.status_code, work()) == (302, ["done"])
    assert Dataset.objects.get().live.columns[1]["max"] == 3.5
    assert [change["what"] for change in told.json()["differences"]] == ["Rows"]


def test_next_file_that_its_answers_do_not_fit_is_looked_at_as_it_is(
    owner: User, client_of: ClientOf
) -> None:
    client = client_of(owner)
    first = taken(owner, b"n;price\n1;1,5\n2;2,5\n", "prices.csv")
    datasets.create_dataset(actor=owner, upload=first, name="Prices", decimal=",")
    assert work() == ["done"]

    url = send(client, b"n;price\n1;1.5\n2;2.5\n", "p.csv", "/kpis/datasets/prices/load/").url
    assert client.get(url).context["profile"].columns[1].type == "number"


@pytest.mark.parametrize("name", FILES)
def test_next_file_may_be_of_another_kind(
    owner: User, client_of: ClientOf, tmp_path: Path, name: str
) -> None:
    """What was chosen for a column holds where the new kind can be read so."""
    first = taken(owner, b"number;hops\nA;1\nB;2\n", "data.csv")
    dataset = datasets.create_dataset(
        actor=owner, upload=first, name="Table", types={"hops": "text"}
    )
    work()
    client, (make, label) = client_of(owner), FILES[name]
    url = send(client, make(tmp_path), name, f"/kpis/datasets/{dataset.slug}/load/").url
    page = client.get(url)
    made = client.post(url, answers_of(page))

    assert (made.status_code, work()) == (302, ["done"])
    html = unescape(page.content.decode())
    assert "Compared with load 1" in html
    assert f"<del>CSV or other delimited text</del><ins>{label}</ins>" in html
    live = Dataset.objects.get().live
    assert (live.rows, live.types["hops"]) == (3, "text")


def saved_by_a_spreadsheet(text: str) -> bytes:
    """The log with semicolons, truth values in German, seconds dropped, a mark at the beginning."""
    german = text.replace("true", "WAHR").replace("false", "FALSCH").replace(",", ";")
    return german.encode("utf-8-sig")


def test_log_saved_by_a_spreadsheet_replaces_the_one_before(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    """What was said of the file before does not cut this one into other cells."""
    upload = taken(owner, saved_by_a_spreadsheet(event_log()), "incidents.csv")
    path = f"/api/v1/uploads/{upload.pk}/?dataset=incidents"
    told = client_of(owner).get(path).json()["differences"]
    datasets.add_load(actor=owner, dataset=incidents, upload=upload)

    assert [(d["what"], d["before"], d["after"]) for d in told] == [
        ("Spelling of “active”, “made_sla”", "false, true", "FALSCH, WAHR"),
        ("Cells are cut at", "comma", "semicolon"),
    ]
    assert work() == ["done"]
    live, before = Load.objects.order_by("-number")[:2]
    assert [column["max"] for column in live.columns] == [c["max"] for c in before.columns]


def test_letters_that_were_told_are_remembered_where_they_can_only_be_guessed(
    owner: User,
) -> None:
    content = "name\nCôté\nNuñez\n".encode("mac-roman")
    first = taken(owner, content, "a.csv")
    dataset = datasets.create_dataset(actor=owner, upload=first, name="Names", encoding="mac-roman")
    datasets.add_load(actor=owner, dataset=dataset, upload=taken(owner, content, "b.csv"))

    assert work() == ["done", "done"]
    assert Dataset.objects.get().live.columns[0]["max"] == "Nuñez"


def test_log_that_was_cut_off_is_told_and_loaded_without_its_last_line(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    text = event_log()
    cut = text[: len(text) // 2]
    client = client_of(owner)
    url = send(client, cut.encode(), "incidents.csv", "/kpis/datasets/incidents/load/").url
    page = client.get(url)
    refused = client.post(url, answers_of(page))
    made = client.post(url, {**answers_of(page), "bad_rows": "skip"})

    html = unescape(page.content.decode())
    assert "The file ends in the middle of a row" in html
    assert "<ins>ends in the middle of a row</ins>" in html
    assert f"<del>{incidents.live.rows}</del>" in html
    assert "What stands for nothing</span>" not in html
    assert error_of(refused, "bad_rows").startswith("1 row does not fit.")
    assert (made.status_code, work()) == (302, ["done"])
    live = Dataset.objects.get().live
    assert (live.rows, live.report["cut"]) == (cut.count("\n") - 1, True)


def test_same_file_again_differs_in_nothing(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    upload = taken(owner, event_log().encode(), "incidents.csv")
    html = client_of(owner).get(f"/kpis/uploads/{upload.pk}/?dataset=incidents").content.decode()

    assert "Nothing differs: the same columns, spelled the same, and as many rows." in html


def test_time_of_the_data_is_compared_in_the_zone_of_the_dataset(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    replaced(owner, incidents, event_log(cases=30), time_zone="Europe/Berlin")
    upload = taken(owner, event_log(cases=30, seed=7).encode(), "incidents.csv")
    path = f"/api/v1/uploads/{upload.pk}/?dataset=incidents"

    assert client_of(owner).get(path).json()["differences"] == []


BAD = {
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64, "This is an old Excel workbook"),
    "named.xlsx": (b"a,b\n1,2\n", "The name says Excel workbook, but the file is none."),
    "cut.xlsx": (b"PK\x03\x04" + b"x" * 100, "The workbook is damaged or was cut off."),
    "named.parquet": (b"a,b\n1,2\n", "The name says Parquet, but the file is none."),
    "named.json": (b"a,b\n1,2\n", "Line 1: not JSON: Expecting value."),
}


@pytest.mark.parametrize("name", BAD)
def test_file_that_only_pretends_is_refused_beside_its_field(
    owner: User, client_of: ClientOf, settings: Any, name: str
) -> None:
    content, message = BAD[name]
    page = send(client_of(owner), content, name)

    assert (page.status_code, error_of(page, "file")[: len(message)]) == (422, message)
    assert (Upload.objects.count(), list(settings.UPLOADS_DIR.iterdir())) == (0, [])


def test_caps_are_those_of_the_settings(
    owner: User, client_of: ClientOf, settings: Any, tmp_path: Path
) -> None:
    settings.MAX_SHEET_CELLS = 7
    page = send(client_of(owner), book(tmp_path), "book.xlsx")

    assert error_of(page, "file").startswith("The sheet “Data” spans 8 cells")


LINK = '<a href="https://evil.example">x</a>'
FORMULA = "=HYPERLINK(1)"


@pytest.mark.parametrize("name", ["data.xlsx", "data.jsonl"])
def test_names_and_values_are_text_on_the_page(
    owner: User, client_of: ClientOf, tmp_path: Path, name: str
) -> None:
    content = json.dumps({LINK: FORMULA, "n": LINK}).encode()
    if name == "data.xlsx":
        content = book(tmp_path, {LINK: [[LINK, "n"], [FORMULA, LINK]], "S": [["a"], [1]]})
    client = client_of(owner)
    html = client.get(send(client, content, name).url).content.decode()

    assert LINK not in html
    assert html.count("&lt;a href=&quot;https://evil.example&quot;&gt;") > 1


def test_upload_says_which_file_it_needs(owner: User, client_of: ClientOf) -> None:
    html = client_of(owner).get(NEW).content.decode()

    assert 'accept=".csv,.txt,.tsv,.tab,.xlsx,.xlsm,.parquet,.pq,.jsonl,.ndjson,.json"' in html
