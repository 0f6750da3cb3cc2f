"""What was typed, and how well a name answers it."""

from __future__ import annotations

import pytest

from ace_portal.lib.search import LONGEST, WORDS_AT_MOST, Asked, rank_of, spellings


@pytest.mark.parametrize(
    ("typed", "text", "words"),
    [
        ("  Time   to resolve ", "Time to resolve", ("Time", "to", "resolve")),
        ("a\0b\r\nc", "a b c", ("a", "b", "c")),
        ("sla sla", "sla sla", ("sla",)),
        ("", "", ()),
        ("\u2028\t ", "", ()),
    ],
)
def test_asked_is_one_line_of_different_words(
    typed: str, text: str, words: tuple[str, ...]
) -> None:
    asked = Asked.of(typed)

    assert (asked.text, asked.words) == (text, words)


def test_asked_is_bounded() -> None:
    asked = Asked.of("ab " * 50_000)

    assert (len(asked.text) <= LONGEST, len(Asked.of("a" * 100_000).text)) == (True, LONGEST)
    assert len(Asked.of("a b c d e f g h").words) == WORDS_AT_MOST


@pytest.mark.parametrize(
    ("name", "typed", "rank"),
    [
        ("New dashboard", "new DASHBOARD", 0),
        ("New dashboard", "new", 1),
        ("New dashboard", "dash", 2),
        ("New dashboard", "board new", 3),
        ("New dashboard", "mvp", 4),
        ("New dashboard", "persona", None),
        ("Über uns", "über", 1),
    ],
)
def test_label_answers_as_well_as_it_fits(name: str, typed: str, rank: int | None) -> None:
    assert rank_of(name, Asked.of(typed), also="create MVP") == rank


def test_spellings_hold_both_cases_of_what_is_not_ascii() -> None:
    assert spellings("Resolve") == ["Resolve"]
    assert sorted(spellings("über")) == ["Über", "über"]
    assert sorted(spellings("ÄÖ")) == ["ÄÖ", "Äö", "äÖ", "äö"]
    assert (len(spellings("äöüéè")), spellings("Maß")) == (8, ["Maß"])
