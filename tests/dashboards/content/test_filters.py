"""Filter state and address are two spellings of one thing."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import QueryDict

from ace_portal.lib.errors import Invalid
from dashboards.content.document import Choice, Document, Period
from dashboards.content.filters import (
    FilterState,
    Span,
    default_state,
    ignored,
    query_string,
    read_state,
    span_of,
    span_words,
    state_words,
    where_of,
)
from kpis.engine.definition import AllOf, Column, Condition

PAGE = Document(
    period=Period("last_3"),
    choices=(Choice("prio", "priority", "Priority"), Choice("team", "team", "Team")),
)
TODAY = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("state", "query"),
    [
        (FilterState("last_3"), ""),
        (FilterState("all"), "period=all"),
        (FilterState("own", date(2026, 1, 1), date(2026, 1, 31)),
         "period=own&from=2026-01-01&to=2026-01-31"),
        (FilterState("last_3", chosen={"prio": ("P1", "P2")}), "prio=P1&prio=P2"),
        (FilterState("last_3", chosen={"team": (None,)}), "team=~"),
        (FilterState("last_3", chosen={"team": ("",)}), "team=~."),
        (FilterState("last_3", chosen={"team": ("~", "~.", "~x", "~~")}),
         "team=~~&team=~~.&team=~~x&team=~~~"),
        (FilterState("last_3", chosen={"team": ("a&b=c", "ä ö")}),
         "team=a%26b%3Dc&team=%C3%A4+%C3%B6"),
    ],
)  # fmt: skip
def test_state_becomes_an_address_and_comes_back(state: FilterState, query: str) -> None:
    assert query_string(PAGE, state) == query
    assert read_state(PAGE, QueryDict(query)) == state


@pytest.mark.parametrize(
    "query",
    [
        "period=never", "period=own", "period=own&from=2026-01-01", "period=own&from=x&to=y",
        "period=own&from=2026-02-01&to=2026-01-01", "unknown=1", "prio=", "from=2026-01-01",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_left_out(query: str) -> None:
    assert read_state(PAGE, QueryDict(query)) == default_state(PAGE)


@pytest.mark.parametrize(
    ("preset", "span", "words"),
    [
        ("last_month", Span(date(2026, 10, 1), date(2026, 11, 1)), "1 Oct to 31 Oct 2026"),
        ("last_3", Span(date(2026, 8, 1), date(2026, 11, 1)), "1 Aug to 31 Oct 2026"),
        ("last_12", Span(date(2025, 11, 1), date(2026, 11, 1)), "1 Nov 2025 to 31 Oct 2026"),
        ("all", Span(), "all data"),
    ],
)
def test_presets_are_full_months(preset: str, span: Span, words: str) -> None:
    assert span_of(FilterState(preset), TODAY) == span
    assert span_words(span) == words


def test_own_dates_include_both_ends() -> None:
    state = FilterState("own", date(2026, 1, 1), date(2026, 1, 31))

    assert span_of(state, TODAY) == Span(date(2026, 1, 1), date(2026, 2, 1))


def test_choices_reach_the_kpis_that_have_the_column() -> None:
    state = FilterState("all", chosen={"prio": ("1", None), "team": ("Network",)})

    where = where_of(PAGE, state, ["priority", "team"], {"priority": "integer", "team": "text"})

    assert where == AllOf(
        (
            Condition(Column("priority"), "in", (1, None)),
            Condition(Column("team"), "in", ("Network",)),
        )
    )
    assert where_of(PAGE, state, [], {}) is None
    assert ignored(PAGE, state, ["team"]) == ["Priority"]


@pytest.mark.parametrize("kind", ["integer", "boolean", "date"])
def test_value_that_the_column_cannot_have_is_refused(kind: str) -> None:
    state = FilterState("all", chosen={"prio": ("high",)})

    with pytest.raises(Invalid, match="“high” is not a value of Priority"):
        where_of(PAGE, state, ["priority"], {"priority": kind})


def test_filters_in_words() -> None:
    state = FilterState("all", chosen={"prio": ("P1", None)})

    assert state_words(PAGE, state, Span()) == "all data; Priority: P1, (empty)"
