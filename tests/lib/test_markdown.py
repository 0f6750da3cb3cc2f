"""Text that people write, as one line of words."""

from __future__ import annotations

import pytest

from ace_portal.lib.markdown import to_line


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Write it **beforehand**; what *most* want", "Write it beforehand; what most want"),
        ("# Why?\n\n- One\n- `two_three`", "Why? One two_three"),
        ("one\ntwo  \nthree", "one two three"),
        ("see [the chart](/dashboards/x/), please", "see the chart, please"),
        ("> said\n\n```\nSELECT 1\n```", "said SELECT 1"),
        ("3 * 4 > 5 and <b>bold</b>", "3 * 4 > 5 and <b>bold</b>"),
        ("", ""),
    ],
)
def test_line_has_the_words_without_their_markup(typed: str, words: str) -> None:
    assert to_line(typed) == words
