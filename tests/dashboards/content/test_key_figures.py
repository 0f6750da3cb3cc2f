"""What a card says of a dashboard, in a sentence."""

from __future__ import annotations

from typing import Literal

import pytest

from dashboards.content.key_figures import KeyFigure, headline
from dashboards.rendering.format import Delta, Number
from dashboards.rendering.number import NumberView

Direction = Literal["up", "down", "flat"]


def figure(name: str, direction: Direction | None) -> KeyFigure:
    delta = Delta("3 h", "+4 %", direction, "none") if direction is not None else None
    view = NumberView(Number("1", "", tight=False), delta, "", None, "", "", "", None)
    return KeyFigure(name, view, 0.0)


@pytest.mark.parametrize(
    ("directions", "said"),
    [
        ([], ""),
        ([None, None], ""),
        ([None, "flat"], "Nothing moved much"),
        (["flat", "down", "up"], "B fell by 3 h"),
        (["up"], "A rose by 3 h"),
    ],
)
def test_headline_compares_only_what_can_be(directions: list[Direction | None], said: str) -> None:
    figures = [figure(name, one) for name, one in zip("ABC", directions, strict=False)]

    assert headline(figures) == said
