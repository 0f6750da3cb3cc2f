"""The figures of a page as files: in full precision, of one's own rows, and never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from ace_portal.accounts.models import User
from ace_portal.lib.xlsxfile import Sheet, workbook
from dashboards.content.models import Dashboard
from dashboards.usage.models import ViewEvent

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def taken(client: Client, url: str) -> bytes:
    answer: Any = client.get(url)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    return answer.getvalue() if answer.streaming else answer.content


def table_of(client: Client, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(taken(client, url).decode("utf-8-sig"))))


def figures(client: Client, live: Dashboard, query: str = "") -> dict[str, Any]:
    tiles = client.get(f"/api/v1/dashboards/{live.slug}/figures/{query}").json()["tiles"]
    return {tile["key"]: tile for tile in tiles}


@pytest.mark.parametrize("query", ["?period=all", "?period=last_12&priority=P1"])
def test_file_holds_what_the_page_shows_in_full(
    member: User, live: Dashboard, client_of: ClientOf, query: str
) -> None:
    client = client_of(member)
    rows = table_of(client, f"/dashboards/{live.slug}/export/csv/{query}")
    shown = figures(client, live, query)

    told = [(row["Key"], row["Value"] and float(row["Value"]), row["Rows"]) for row in rows]
    assert told == [
        (key, "" if point["value"] is None else point["value"], str(point["rows"]))
        for key, tile in shown.items()
        for series in tile["series"]
        for point in series["points"]
    ]


def test_tile_alone_is_its_rows_of_the_page(
    member: User, live: Dashboard, client_of: ClientOf
) -> None:
    client = client_of(member)
    key = next(k for k, t in figures(client, live).items() if t["type"] == "line")
    alone = table_of(client, f"/dashboards/{live.slug}/tiles/{key}/export/csv/?period=all")
    whole = table_of(client, f"/dashboards/{live.slug}/export/csv/?period=all")

    assert alone
    part = [row for row in whole if row["Key"] == key]
    assert alone == [{name: row[name] for name in alone[0]} for row in part]
    same = taken(client, f"/api/v1/dashboards/{live.slug}/export/csv/?period=all&only={key}")
    assert same == taken(client, f"/dashboards/{live.slug}/tiles/{key}/export/csv/?period=all")


def test_workbook_has_a_sheet_for_each_tile_and_says_what_it_is(
    member: User, live: Dashboard, client_of: ClientOf
) -> None:
    client = client_of(member)
    content = taken(client, f"/dashboards/{live.slug}/export/xlsx/?period=all")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    shown = figures(client, live, "?period=all")
    tiles = [tile for tile in shown.values() if tile["type"] != "text"]

    about = dict(row[:2] for row in book.get_sheet_by_index(0).to_python())
    assert (about["Dashboard"], about["Version"], about["Filters"]) == (live.name, 1, "all data")
    assert len(book.sheet_names) == 1 + len(tiles)
    number = next(n for n, tile in enumerate(tiles) if tile["type"] == "number")
    head, first, *_rest = book.get_sheet_by_index(number + 1).to_python()
    now = tiles[number]["series"][0]["points"][0]["value"]
    assert first[head.index("Value")] == pytest.approx(now, rel=1e-15)


def test_taking_figures_counts_as_use(member: User, live: Dashboard, client_of: ClientOf) -> None:
    client_of(member).get(f"/dashboards/{live.slug}/export/csv/")

    assert ViewEvent.objects.filter(user=member, dashboard=live).count() == 1


@pytest.mark.parametrize(
    "path", ["export/docx/", "tiles/gone/export/csv/", "export/csv/?version=99"]
)
def test_what_is_not_there_is_not_found(
    member: User, live: Dashboard, client_of: ClientOf, path: str
) -> None:
    assert client_of(member).get(f"/dashboards/{live.slug}/{path}").status_code == 404


HOSTILE = ["=1+1", "+1", "-1", "@a", "\ttab", "=HYPERLINK(\"https://example.org\")",
           "https://example.org", "<b>", "a\0b", "٣", "x" * 40_000]  # fmt: skip


def test_workbook_computes_and_links_nothing() -> None:
    rows = [[value, 1.5, True, None, float("inf"), 2**60] for value in HOSTILE]
    content = workbook([Sheet("A", ["=head"], rows), Sheet("a", ["b"], []), Sheet("[:]", [], [])])
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))

    assert book.sheet_names == ["A", "a 2", "Sheet"]
    head, *read = book.get_sheet_by_index(0).to_python()
    assert head[0] == "'=head"
    assert [row[0] for row in read[:5]] == [f"'{value}" for value in HOSTILE[:5]]
    assert [row[1:3] for row in read] == [[1.5, True]] * len(HOSTILE)
    assert {row[5] for row in read} == {str(2**60)}
    assert b"<f>" not in content
    assert len(read[-1][0]) == 32_767
