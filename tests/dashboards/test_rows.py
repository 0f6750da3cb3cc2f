"""The rows behind a tile: for whom they are, which ones, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib import memory
from ace_portal.lib.csvfile import csv_response
from dashboards.content.models import Dashboard
from dashboards.content.selectors import document_of, released_of
from dashboards.content.services.dashboards import change_dashboard
from kpis.models import KPIVersion
from tests.fixtures.tickets import ticket_rows

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


@pytest.fixture
def where(live: Dashboard, volume: KPIVersion) -> Callable[..., str]:
    version = released_of(live)
    assert version is not None
    tiles = document_of(version).tiles
    key = next(t.key for t in tiles if t.type == "number" and t.kpi_versions == (volume.pk,))
    return lambda name="tile-rows": reverse(f"dashboards:{name}", args=[live.slug, key])


def test_reader_sees_single_rows_once_the_owner_opens_them(
    client_of: Open, owner: User, member: User, live: Dashboard, where: Callable[..., str]
) -> None:
    client = client_of(member)
    explained = where("tile-explain")
    closed = client.get(where()), client.post(where("tile-rows-file"))
    link = "See the rows" in client.get(explained).text
    change_dashboard(actor=owner, dashboard=live, shows_rows=True)
    opened = client.get(where(), {"period": "all"})

    assert ([answer.status_code for answer in closed], link) == ([403, 403], False)
    assert opened.status_code == 200
    assert len(opened.context["rows"].rows) == 200  # the newest of more
    assert "See the rows" in client.get(explained).text


def test_rows_are_those_of_the_page_with_its_filters(
    client_of: Open, owner: User, where: Callable[..., str]
) -> None:
    page = client_of(owner).get(
        where(), {"period": "own", "from": "2026-11-01", "to": "2026-11-30"}
    )
    view = page.context["rows"]

    wanted = [row for row in ticket_rows() if row["opened_at"].month == 11 and
              row["opened_at"].year == 2026]  # fmt: skip
    assert len(view.rows) == len(wanted)
    assert view.head == ["Opened at", "Closed at", "Priority", "Team", "Met", "Hours"]


def test_file_has_all_of_them_and_is_on_record(
    client_of: Open, owner: User, live: Dashboard, where: Callable[..., str]
) -> None:
    answer = client_of(owner).post(f"{where('tile-rows-file')}?period=all")
    lines = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert answer["Content-Disposition"].startswith("attachment;")
    assert len(lines) == 1 + len(ticket_rows())
    entry = AuditEntry.objects.get(action="rows.export")
    assert (entry.actor, entry.details["rows"]) == (owner, len(ticket_rows()))


@pytest.mark.parametrize(("cap", "most", "why"), [
    ("MOST_CELLS", 6 * 50, "With 6 columns that is as much as is given out at once"),
    ("MOST_BYTES", 2_000, "Their texts are long"),
])  # fmt: skip
def test_page_and_file_say_that_they_were_cut(
    client_of: Open, owner: User, where: Callable[..., str], monkeypatch: pytest.MonkeyPatch,
    cap: str, most: int, why: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(f"kpis.engine.behind.{cap}", most)
    client = client_of(owner)
    page = client.get(where(), {"period": "all"})
    answer = client.post(f"{where('tile-rows-file')}?period=all")
    *lines, last = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    there = len(lines) - 1

    assert 0 < there < 200
    assert last == [page.context["rows"].cut]
    assert last[0].startswith(f"These are the newest {there} rows; there are more.")
    assert why in last[0]
    assert why in page.text
    assert AuditEntry.objects.get(action="rows.export").details["rows"] == there


def test_file_is_sent_while_it_is_written() -> None:
    written = []

    def rows() -> Iterator[list[int]]:
        for number in range(2_000):
            written.append(number)
            yield [number]

    parts = csv_response("x", ["n"], rows()).streaming_content
    next(parts), next(parts)

    assert 0 < len(written) < 1_000


def test_spreadsheet_computes_nothing() -> None:
    given = ["=1+1", "+1", "-x", "@a", "\tb", "\nc", "＝1", "fine", -5, None, True]
    answer = csv_response("x", given[:8], [given])
    text = io.StringIO(answer.getvalue().decode("utf-8-sig"), newline="")
    head, line = csv.reader(text)

    texts = ["'=1+1", "'+1", "'-x", "'@a", "'\tb", "'\nc", "'＝1", "fine"]
    assert (head, line) == (texts, [*texts, "-5", "", "true"])


@pytest.mark.parametrize("name", ["tile-explain", "tile-rows", "dashboard-detail"])
def test_lost_file_is_a_sentence(
    client_of: Open, owner: User, live: Dashboard, where: Callable[..., str], name: str,
    settings: Any, tmp_path: Path,
) -> None:  # fmt: skip
    settings.LOADS_DIR = tmp_path
    memory.forget()
    cache.clear()
    address = live.get_absolute_url() if name == "dashboard-detail" else where(name)

    answer = client_of(owner).get(address)

    assert (answer.status_code, "The data could not be read." in answer.text) == (200, True)


def test_file_of_what_is_lost_is_refused(
    client_of: Open, owner: User, where: Callable[..., str], settings: Any, tmp_path: Path
) -> None:
    settings.LOADS_DIR = tmp_path
    answer = client_of(owner).post(where("tile-rows-file"))

    assert (answer.status_code, "The data could not be read." in answer.text) == (400, True)
    assert not AuditEntry.objects.filter(action="rows.export").exists()
