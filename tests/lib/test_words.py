"""Sentences that are English text, and can still be translated."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from django.utils.translation import override

from ace_portal.lib.errors import Invalid
from ace_portal.lib.saying import all_said, kept, said
from ace_portal.lib.words import (
    Words,
    capitalised,
    gettext_noop,
    joined,
    ngettext,
    packed,
    pattern,
    unpacked,
)
from ace_portal.lib.words import sentence as _

NUMBER = _("a number")
GERMAN = {
    "a number": "eine Zahl",
    "“%(name)s” is %(type)s.": "„%(name)s“ ist %(type)s.",
    "%(n)s row\0%(n)s rows": "%(n)s Zeile\0%(n)s Zeilen",
    "%(sure)s %% sure": "zu %(sure)s %% sicher",
    " and ": " und ",
    "largest %(what)s": "größte %(what)s",
}

Speak = Callable[[dict[str, str]], None]


def rows(n: int) -> Words:
    return ngettext("%(n)s row", "%(n)s rows", n, n=f"{n:,}")


def test_sentence_is_its_english_text() -> None:
    found = _("“%(name)s” is %(type)s.", name="x", type=NUMBER)

    assert found == "“x” is a number."
    assert isinstance(found, str)
    assert (found.msgid, found.given) == ("“%(name)s” is %(type)s.", {"name": "x", "type": NUMBER})


def test_percent_signs() -> None:
    assert _("%(sure)s %% sure", sure=80) == "80 % sure"
    assert _("“%(name)s” is %(type)s.", name="100 %(x)s", type="%d") == "“100 %(x)s” is %d."


def test_missing_value_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        _("“%(name)s” is %(type)s.", name="x")


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")]
)
def test_number_decides_between_two_texts(n: int, text: str) -> None:
    assert rows(n) == text


def test_parts_are_joined_by_a_word() -> None:
    assert joined(_(" and "), ["a", "b", "c"]) == "a and b and c"
    assert joined(", ", ["100 %"]) == "100 %"


def test_large_first_letter() -> None:
    assert capitalised(_("there is no table “%(name)s”", name="x")) == "There is no table “x”"
    assert capitalised("plain") == "Plain"


TRANSLATED = [
    (_("“%(name)s” is %(type)s.", name="x", type=NUMBER), "„x“ ist eine Zahl."),
    (rows(1), "1 Zeile"),
    (rows(3), "3 Zeilen"),
    (_("%(sure)s %% sure", sure=80), "zu 80 % sicher"),
    (joined(_(" and "), [NUMBER, "b", rows(2)]), "eine Zahl und b und 2 Zeilen"),
    (pattern(gettext_noop("largest %(what)s"), what="x"), "größte x"),
    (capitalised(NUMBER), "Eine Zahl"),
    (_("nobody has translated %(what)s", what=NUMBER), "nobody has translated eine Zahl"),
]


@pytest.mark.parametrize(("words", "text"), TRANSLATED, ids=str)
def test_sentence_is_said_in_the_language_of_the_reader(
    german: Speak, words: Words, text: str
) -> None:
    german(GERMAN)
    english = str(words)

    with override("de"):
        assert said(words) == text
    with override("en"):
        assert said(words) == english


def test_what_is_said_is_plain_text(german: Speak) -> None:
    german(GERMAN)
    with override("de"):
        assert type(said(NUMBER)) is str
        assert said("a number") == "a number"


def test_everything_in_data_is_said(german: Speak) -> None:
    german(GERMAN)
    data = {"rows": [{"line": 3, "reason": NUMBER}], "name": "a number", "more": (rows(1), None)}

    with override("de"):
        assert all_said(data) == {
            "rows": [{"line": 3, "reason": "eine Zahl"}],
            "name": "a number",
            "more": ["1 Zeile", None],
        }


def test_what_is_stored_is_in_the_language_of_the_portal(german: Speak, settings: Any) -> None:
    german(GERMAN)
    with override("de"):
        assert kept([NUMBER]) == ["a number"]
    settings.LANGUAGE_CODE = "de"
    with override("en"):
        assert kept([NUMBER]) == ["eine Zahl"]


@pytest.mark.parametrize("words", [words for words, _text in TRANSLATED], ids=str)
def test_words_come_through_json_copies_and_pickles(words: Words) -> None:
    ways: list[Callable[[Words], Any]] = [
        lambda one: unpacked(json.loads(json.dumps(packed(one)))),
        copy.deepcopy,
        lambda one: pickle.loads(pickle.dumps(one)),
    ]
    for way in ways:
        again = way(words)
        assert again == words
        assert type(again) is Words
        assert again.__getnewargs__() == words.__getnewargs__()


def test_data_that_looks_like_words_stays_data() -> None:
    data = {"types": {"msgid": "text", "given": "date", "words": "text"}, "n": [1, None, "a"]}

    assert unpacked(json.loads(json.dumps(packed(data)))) == data


def test_refusal_keeps_its_words_and_reads_as_text() -> None:
    refused = Invalid(_("“%(name)s” is %(type)s.", name="x", type=NUMBER))

    assert isinstance(refused.message, Words)
    assert str(refused) == "“x” is a number."
