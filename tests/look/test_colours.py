"""What a query is coloured with can be read on what lies under it, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
CODE = ("--ink", "--code-word", "--code-call", "--code-text", "--code-number", "--code-note")


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of a colour in sRGB."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["--sunken", "--accent-soft"])
def test_words_of_a_query_have_contrast_on_their_ground_and_where_they_are_chosen(
    theme: int, ground: str
) -> None:
    found = re.findall(r"(--[\w-]+):\s*light-dark\((#\w{6}), (#\w{6})\)", TOKENS.read_text())
    tokens = {name: themes[theme] for name, *themes in found}

    assert [name for name in CODE if contrast(tokens[name], tokens[ground]) < 4.5] == []
