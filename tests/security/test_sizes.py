"""A hundred kilobytes of what is hard to read take no time (rule 35)."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from ace_portal.lib.markdown import to_html
from dashboards.content.document import MAX_TEXT, parse
from dashboards.content.models import Dashboard
from dashboards.content.services.drafts import draft_of
from dashboards.content.services.releases import MAX_NOTES, release_version
from kpis.engine.parsing import parse_definition
from kpis.sandbox.gate import gate
from personas.services.catalogue import create_service
from tests.fixtures.places import Places

SECONDS = 0.2
SIZE = 100_000
BASE: dict[str, Any] = {"schema": 1, "tiles": [], "filters": {"period": {"preset": "all"}}}
TABLE = {"key": "a", "type": "table", "width": 6, "by": "x"}

DOCUMENTS = {
    "tiles": {**BASE, "tiles": [{}] * (SIZE // 4)},
    "choices": {**BASE, "filters": {"period": {"preset": "all"}, "choices": [{}] * (SIZE // 4)}},
    "kpi_versions": {**BASE, "tiles": [{**TABLE, "kpi_versions": [{}] * (SIZE // 4)}]},
}
MARKDOWN = {
    "brackets": "[" * SIZE, "links": "[a](" * SIZE, "stars": "*a " * SIZE, "under": "_a" * SIZE,
    "quotes": ">" * SIZE, "ticks": "".join("`" * n + " " for n in range(440)),
    "images": "![" * SIZE, "entities": "&" * SIZE, "table": "|a" * 2_500 + "\n" + "|-" * SIZE,
}  # fmt: skip
QUERIES = {
    "parentheses": "SELECT " + "(" * SIZE, "sums": "SELECT " + "1+" * SIZE,
    "quotes": "SELECT '" + "''" * SIZE, "comments": "/*" * SIZE, "not": "SELECT " + "NOT " * SIZE,
    "case": "SELECT " + "CASE WHEN 1 THEN " * SIZE, "and": "SELECT 1 WHERE " + "a AND " * SIZE,
}  # fmt: skip


def seconds(call: Callable[[], Any]) -> float:
    """Of the processor: another process on this machine is no fault. The best of three."""
    taken = []
    for _ in range(3):
        began = time.process_time()
        with suppress(Invalid):
            call()
        taken.append(time.process_time() - began)
    return min(taken)


@pytest.mark.parametrize("field", DOCUMENTS)
def test_long_document_is_refused_at_once(field: str) -> None:
    with pytest.raises(Invalid, match="There can be at most") as refused:
        parse(DOCUMENTS[field])

    assert refused.value.field == field
    assert seconds(lambda: parse(DOCUMENTS[field])) < SECONDS


@pytest.mark.parametrize("kind", MARKDOWN)
def test_markdown_as_long_as_it_may_be_is_read_at_once(kind: str) -> None:
    assert seconds(lambda: to_html(MARKDOWN[kind][: max(MAX_TEXT, MAX_NOTES)])) < SECONDS


@pytest.mark.parametrize("kind", QUERIES)
def test_query_as_long_as_it_may_be_takes_no_more_than_its_tokens(kind: str) -> None:
    """Fifty thousand tokens are parsed twice and written once; nothing grows with their square."""
    assert seconds(lambda: gate(QUERIES[kind][:50_000], ["t"])) < 15 * SECONDS


def test_deep_definition_is_refused_at_once() -> None:
    where: dict[str, Any] = {"column": "a", "op": "=", "value": 1}
    for _ in range(300):
        where = {"not": where}

    assert (
        seconds(lambda: parse_definition({"measure": {"agg": "count", "where": where}})) < SECONDS
    )


@pytest.mark.django_db
def test_text_without_an_end_is_refused(places: Places, owner: User) -> None:
    with pytest.raises(ValidationError, match="This text is too long"):
        create_service(actor=owner, name="N", code="N", description="x" * 50_001)
    dashboard = Dashboard.objects.get(slug="incident-service")
    assert draft_of(dashboard)
    with pytest.raises(Invalid, match="in at most 10000 characters") as refused:
        release_version(actor=owner, dashboard=dashboard, notes="[" * 10_001)

    assert refused.value.field == "notes"
