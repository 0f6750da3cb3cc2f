"""What people keep in a repository: written so that it reads back, read without surprises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_portal.lib import yaml
from ace_portal.lib.errors import Invalid

TEXT = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ["no", "on", "~", "null", "1", "1e3", "0x10", "12:30", "2026-01-31", " a", "a ", "a: b", "- a",
     "a\nb", "a\n\n b \n", "\ta\n", "#a", "*a", "&a", "!a", "|", "'", '"', "é\u2028b", "=", "<<"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_reads_back(value: Any) -> None:
    assert yaml.load(yaml.dump(value)) == value


def test_text_of_several_lines_stands_as_it_is_read() -> None:
    assert yaml.dump({"text": "# Title\n\nWords: many.\n"}) == (
        "text: |\n  # Title\n\n  Words: many.\n"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", {"a": "no"}), ("a: 2026-01-31", {"a": "2026-01-31"}),
        ("a: 12:30", {"a": "12:30"}), ("a: 017", {"a": "017"}),
        ("a: true", {"a": True}), ("a: -3", {"a": -3}),
    ],
)  # fmt: skip
def test_word_is_no_other_value_than_it_looks(text: str, value: Any) -> None:
    assert yaml.load(text) == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1, 2\nc: 3", 3),
        ("a: 1\n\na: 2", 3),
        ("a: &x [1]\nb: *x", 2),
        ("a: {b: 1, b: 2}", 1),
        ("a: &x {b: 1}\nc:\n  <<: {d: 1}", 3),
        ("a: !!python/object/apply:os.system ['true']", 1),
        ("a:\n\t- c", 2),
        ("? [a]\n: b", 1),
    ],
)
def test_fault_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Invalid, match=f"^Line {line}: ") as refused:
        yaml.load(text)
    assert refused.value.field == "text"


@pytest.mark.parametrize("text", ["[" * 5_000, "a: \0", "- " * 3_000 + "a", "x" * (yaml.MOST + 1)])
def test_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        yaml.load(text)
