"""The page on which a query is written: what it completes, and where it says that it is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from kpis.models import Dataset
from kpis.views.writing import excerpt

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


@pytest.mark.parametrize(
    ("sql", "line", "column", "parts"),
    [
        ("SELECT nmber FROM t", 1, 8, ("SELECT ", "nmber", " FROM t")),
        ("SELECT a\r\nFROM t WHERE =", 2, 14, ("FROM t WHERE ", "=", "")),
        ('SELECT "odd name" FROM t', 1, 8, ("SELECT ", '"odd name"', " FROM t")),
        ("SELECT a", 1, 9, ("SELECT a", " ", "")),
        ("SELECT a", 4, 3, ("", " ", "")),
    ],
)
def test_excerpt_shows_what_stands_at_a_place(
    sql: str, line: int, column: int, parts: tuple[str, str, str]
) -> None:
    found = excerpt(sql, line, column)

    assert (found["before"], found["wrong"], found["after"]) == parts


@pytest.mark.parametrize("button", ["look", "save"])
def test_error_is_shown_at_its_place(
    client_of: Open, owner: User, tickets: Dataset, button: str
) -> None:
    where = reverse("kpis:dataset-prepare")
    sql = "SELECT team\nFROM secrets"
    asked = {"name": "New", "sql": sql, button: "1"}

    page = client_of(owner).post(where, asked)

    text = page.content.decode()
    assert page.status_code == 422
    assert 'data-line="2" data-column="6"' in text
    assert "<mark>secrets</mark>" in text


def test_page_holds_what_can_be_completed(client_of: Open, owner: User, tickets: Dataset) -> None:
    text = client_of(owner).get(reverse("kpis:dataset-prepare")).content.decode()
    block = re.search(r'<script id="sql-words" type="application/json">(.*?)</script>', text)
    assert block is not None
    words = json.loads(block[1])

    assert [name for name, _columns in words["tables"]] == ["tickets"]
    assert ["priority", "Text"] in words["tables"][0][1]
    assert "row_number" in words["functions"]
    assert "GROUP BY" in words["keywords"]
