"""Every kind of filter: from the address and back, what it takes, what it asks of the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from dashboards.content.board import board
from dashboards.content.document import Choice, Document, Period, parse, sha256, to_json
from dashboards.content.filters import (
    PERIODS,
    FilterState,
    check_state,
    default_state,
    query_string,
    read_state,
    state_words,
    where_of,
)
from dashboards.content.models import Version
from dashboards.content.services import drafts
from dashboards.content.spans import Span
from kpis.engine.definition import Column, Condition
from kpis.scopes import PORTAL
from tests.fixtures.tickets import ticket_rows

PAGE = Document(
    period=Period("last_3"),
    choices=(
        Choice("team", "team", "Team"),
        Choice("prio", "priority", "Priority", "one"),
        Choice("hours", "hours", "Hours", "range"),
        Choice("title", "title", "Title", "text"),
        Choice("met", "met", "Met", "boolean"),
    ),
)
BEGUN = Document(
    choices=tuple(
        replace(choice, default=default)
        for choice, default in zip(
            PAGE.choices, [("N", None), ("P1",), ("", "5"), ("mail",), ("true",)], strict=True
        )
    )
)
#: what an address holds: any character that is one, and the signs that mean something to it
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["~", "~.", "~~", "a&b", "=", "1.5", "-3", "true", " ", ""]
)
ADDRESSES = st.lists(
    st.tuples(
        st.sampled_from(
            ["team", "prio", "hours", "hours-from", "hours-to", "title", "met", "from", "to"]
        ),
        TEXTS,
    )
    | st.tuples(st.just("period"), st.sampled_from([*PERIODS, "own", "never"])),
    max_size=8,
)


@given(ADDRESSES, st.sampled_from([PAGE, BEGUN]))
def test_state_of_any_address_comes_back_from_its_own(
    pairs: list[tuple[str, str]], page: Document
) -> None:
    state = read_state(page, QueryDict(urlencode(pairs)))

    query = query_string(page, state)

    assert read_state(page, QueryDict(query)) == state
    assert query_string(page, read_state(page, QueryDict(query))) == query


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "team": st.lists(st.none() | st.text("P~. é&", max_size=4), min_size=1, unique=True)
            .map(tuple),
            "prio": st.tuples(st.none() | st.text("P~. é&", max_size=4)),
            "hours": st.tuples(st.integers(-99, 0), st.integers(1, 99)).map(
                lambda ends: (str(ends[0]), str(ends[1]))
            ),
            "title": st.tuples(st.text("abc%_~", min_size=1, max_size=5)),
            "met": st.sampled_from([("true",), ("false",)]),
        },
    ),
    st.sampled_from(sorted(PERIODS)),
    st.sampled_from([PAGE, BEGUN]),
)  # fmt: skip
def test_every_state_has_an_address(chosen: dict[str, Any], preset: str, page: Document) -> None:
    state = FilterState(preset, chosen=chosen)

    assert read_state(page, QueryDict(query_string(page, state))) == state


def test_page_opens_with_its_defaults_under_an_empty_address() -> None:
    opened = read_state(BEGUN, QueryDict(""))

    assert opened == default_state(BEGUN)
    assert query_string(BEGUN, opened) == ""
    assert dict(opened.chosen) == {
        "team": ("N", None), "prio": ("P1",), "hours": ("", "5"), "title": ("mail",),
        "met": ("true",),
    }  # fmt: skip
    assert query_string(BEGUN, FilterState("last_3")) == "team=&prio=&hours=&title=&met="


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("hours-from=2.5", Condition(Column("hours"), ">=", 2.5)),
        ("hours-to=8", Condition(Column("hours"), "<=", 8.0)),
        ("title=50%25", Condition(Column("title"), "contains", "50%")),
        ("met=false", Condition(Column("met"), "in", (False,))),
        ("prio=P1&prio=P2", Condition(Column("priority"), "in", ("P2",))),
        ("met=maybe", None),
    ],
)
def test_what_a_filter_asks_of_the_data(query: str, where: Any) -> None:
    state = read_state(PAGE, QueryDict(query))
    types = {"hours": "number", "met": "boolean", "title": "text", "priority": "text"}

    assert where_of(PAGE, state, ["priority", "title", "met"], types) == where


def test_ends_of_a_range_of_whole_numbers_are_whole() -> None:
    state = read_state(PAGE, QueryDict("hours-from=1.2&hours-to=3.8"))
    where = where_of(PAGE, state, [], {"hours": "integer"})

    assert [part.value for part in getattr(where, "parts", ())] == [2, 3]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("hours-from=a+lot", "“a lot” is no number: write one like 12 or 12.5."),
        ("hours-from=1,5", "“1,5” is no number: write one like 12 or 12.5."),
        ("hours-to=NaN", "“NaN” is no number: write one like 12 or 12.5."),
        ("hours-from=3&hours-to=2", "“From” is more than “to”."),
        ("title=" + "x" * 201, "Look for at most 200 characters."),
        ("title=a%00b", "This holds what is no character. Leave it out."),
    ],
)
def test_what_a_filter_cannot_take_is_kept_and_counts_for_nothing(
    query: str, sentence: str
) -> None:
    state = read_state(PAGE, QueryDict(query))

    assert state.chosen == {}
    assert read_state(PAGE, QueryDict(query_string(PAGE, state))) == state
    assert where_of(PAGE, state, ["title"], {"hours": "number"}) is None
    with pytest.raises(Invalid, match=sentence.replace(".", r"\.")) as caught:
        check_state(PAGE, state)
    assert caught.value.field in {"hours", "title"}


def test_filters_are_said_by_their_kind() -> None:
    state = read_state(PAGE, QueryDict("hours-from=2&title=mail&met=true&prio=P1"))

    assert state_words(PAGE, state, Span()) == (
        "all data; Priority: P1; Hours: from 2; Title: contains “mail”; Met: yes"
    )


def plain(**more: str) -> dict[str, Any]:
    choice = {"key": "team", "column": "team", "label": "Team", **more}
    return {"schema": 1, "tiles": [], "filters": {"period": {"preset": "all"}, "choices": [choice]}}


def test_dropdown_of_several_values_is_written_as_it_always_was() -> None:
    named, other = parse(plain(kind="choice")), parse(plain(kind="one"))

    assert to_json(named) == plain()
    assert sha256(named) == sha256(parse(plain()))
    assert parse(to_json(other)) == other


# With data ---------------------------------------------------------------------------------------


def with_filters(owner: User, draft: Version, *choices: dict[str, str]) -> Document:
    changed = drafts.change_filters(
        actor=owner, dashboard=draft.dashboard, revision=draft.revision,
        period={"preset": "all"}, choices=choices,
    )  # fmt: skip
    return parse(changed.document)


@pytest.mark.django_db
def test_range_of_numbers_reaches_every_kpi_whose_data_has_them(
    owner: User, draft: Version
) -> None:
    hours = {"column": "hours", "label": "Hours", "kind": "range"}
    document = with_filters(owner, draft, hours)
    key = document.choices[0].key
    state = read_state(document, QueryDict(f"{key}-from=10&{key}-to=20"))

    shown = board(document, state, reader=PORTAL)

    volume = next(t for t in shown.tiles if t.title == "Ticket volume" and t.type == "number")
    assert volume.answers["now"].result is not None
    assert volume.answers["now"].result.total.value == sum(
        10 <= row["hours"] <= 20 for row in ticket_rows()
    )
    assert [tile.notes for tile in shown.tiles if tile.error or tile.notes] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "kind", "words"),
    [
        ("team", "range", "does not fit this kind of filter"),
        ("team", "boolean", "does not fit this kind of filter"),
        ("hours", "choice", "No KPI on this page can be filtered by “hours”"),
        ("gone", "range", "No KPI on this page can be filtered by “gone”"),
    ],
)
def test_filter_of_a_kind_that_its_column_is_not_for_is_refused(
    owner: User, draft: Version, column: str, kind: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        with_filters(owner, draft, {"column": column, "label": "X", "kind": kind})


@pytest.mark.django_db
def test_what_was_typed_stands_beside_its_sentence_and_the_board_stays(
    owner: User, draft: Version
) -> None:
    document = with_filters(owner, draft, {"column": "hours", "label": "Hours", "kind": "range"})
    key = document.choices[0].key
    wrong = board(document, read_state(document, QueryDict(f"{key}-to=x")), reader=PORTAL)
    whole = board(document, default_state(document), reader=PORTAL)

    assert (wrong.choices[0].high, wrong.choices[0].fault) == (
        "x", "“x” is no number: write one like 12 or 12.5.",
    )  # fmt: skip
    figures = [
        [[answer.result for answer in tile.answers.values()] for tile in shown.tiles]
        for shown in (wrong, whole)
    ]
    assert figures[0] == figures[1]
