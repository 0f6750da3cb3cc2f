"""The periods of a page: their days, by which calendar, and what they are compared with."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.content.document import PRESETS
from dashboards.content.spans import (
    FULL,
    PERIODS,
    ROLLING,
    SO_FAR,
    Span,
    span_of_preset,
    span_words,
    words_before,
)
from kpis.engine.definition import Aggregate, Definition
from kpis.engine.periods import Calendar
from kpis.engine.query import Query, earlier

TODAY = date(2026, 11, 10)  # a Tuesday
FISCAL = Calendar.of("UTC", week_start=6, fiscal_start=4)
COUNT = Definition(Aggregate("count"), time_column="opened_at")


def test_every_preset_that_a_document_may_have_is_offered() -> None:
    assert {*PERIODS, "own"} == set(PRESETS)
    assert {*ROLLING, *SO_FAR, *FULL, "all"} == set(PERIODS)


@pytest.mark.parametrize(
    ("preset", "words", "before"),
    [
        ("today", "10 Nov 2026", "vs the day before"),
        ("yesterday", "9 Nov 2026", "vs the day before"),
        ("days_7", "4 Nov to 10 Nov 2026", "vs the 7 days before"),
        ("days_28", "14 Oct to 10 Nov 2026", "vs the 28 days before"),
        ("days_90", "13 Aug to 10 Nov 2026", "vs the 90 days before"),
        ("this_month", "1 Nov to 30 Nov 2026", "vs the month before"),
        ("this_quarter", "1 Oct to 31 Dec 2026", "vs the quarter before"),
        ("this_year", "1 Jan to 31 Dec 2026", "vs the year before"),
        ("last_week", "2 Nov to 8 Nov 2026", "vs the week before"),
        ("last_month", "1 Oct to 31 Oct 2026", "vs the month before"),
        ("last_quarter", "1 Jul to 30 Sep 2026", "vs the quarter before"),
        ("last_year", "1 Jan to 31 Dec 2025", "vs the year before"),
        ("last_6", "1 May to 31 Oct 2026", "vs the 6 months before"),
    ],
)
def test_days_and_comparison_of_a_preset(preset: str, words: str, before: str) -> None:
    span = span_of_preset(preset, TODAY)

    assert (span_words(span), words_before(preset, span, cut=False)) == (words, before)


@pytest.mark.parametrize(
    ("preset", "words"),
    [
        ("last_week", "1 Nov to 7 Nov 2026"),
        ("this_year", "1 Apr 2026 to 31 Mar 2027"),
        ("last_quarter", "1 Jul to 30 Sep 2026"),
        ("last_year", "1 Apr 2025 to 31 Mar 2026"),
    ],
)
def test_weeks_and_years_are_those_of_the_kpis(preset: str, words: str) -> None:
    assert span_words(span_of_preset(preset, TODAY, FISCAL)) == words


@given(st.dates(), st.sampled_from(sorted(set(PERIODS) - {"all"})))
def test_any_day_has_every_preset_and_the_range_before_it_ends_where_it_begins(
    today: date, preset: str
) -> None:
    span = span_of_preset(preset, today)
    assert span.start is not None
    assert span.end is not None
    assert span.start < span.end
    query = Query(start=span.start, end=span.end)
    if 1800 < span.start.year < 2999:
        before = earlier(query, COUNT, None, by_days=preset in ROLLING)
        assert before.end == span.start
        if preset in ROLLING:
            assert before.start is not None
            assert (before.end - before.start).days == ROLLING[preset]


def test_part_of_a_month_is_held_against_the_same_part() -> None:
    span = span_of_preset("this_month", TODAY)
    query = Query(start=span.start, end=span.end)

    before = earlier(query, COUNT, datetime(2026, 11, 10, 6, tzinfo=UTC))

    assert (before.start, before.until) == (
        date(2026, 10, 1), datetime(2026, 10, 10, 6, tzinfo=UTC),
    )  # fmt: skip
    said = words_before("this_month", span, cut=True)
    assert said == "vs the same stretch of the month before"


def test_four_weeks_that_happen_to_be_february_are_held_against_four_weeks() -> None:
    span = span_of_preset("days_28", date(2026, 2, 28))
    assert span == Span(date(2026, 2, 1), date(2026, 3, 1))

    before = earlier(Query(start=span.start, end=span.end), COUNT, None, by_days=True)

    assert (before.start, before.end) == (date(2026, 1, 4), date(2026, 2, 1))
