"""A picture says what the figure says, in the colours of the light theme."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dashboards.rendering import Face, Tile, figure
from dashboards.rendering.paper import LIGHT, WIDTH, Json, thinned
from dashboards.rendering.picture import picture
from kpis.engine.result import Result
from tests.dashboards.rendering.results import COUNT, HOURS, MISSING, ODD, SHARE, monthly, split

ROOT = Path(__file__).resolve().parents[3]


def drawn(type: Any, face: Face, result: Result) -> dict[str, Any]:
    found = figure(Tile("t1", type, "T"), face, result)
    assert found is not None
    return found


def opened(made: Json) -> Image.Image:
    return Image.open(io.BytesIO(picture(made))).convert("RGB")


def rgb(token: str) -> tuple[int, ...]:
    text = LIGHT[token]
    return tuple(int(text[n : n + 2], 16) for n in (1, 3, 5))


def rows_of(image: Image.Image, token: str, x: int) -> list[int]:
    """Where a colour is met on the way down at ``x``."""
    wanted = rgb(token)
    return [y for y in range(image.height) if image.getpixel((x, y)) == wanted]


def _has(image: Image.Image, token: str) -> bool:
    return any(colour == rgb(token) for _n, colour in image.getcolors(1 << 20) or ())


def test_colours_are_those_of_the_light_theme() -> None:
    css = (ROOT / "static/css/tokens.css").read_text()
    tokens = dict(re.findall(r"(--[\w-]+):\s*light-dark\((#[0-9a-f]{6}),", css))

    assert {name: tokens[name] for name in LIGHT} == LIGHT


def test_picture_has_two_dots_to_the_pixel() -> None:
    made = drawn("line", SHARE, monthly([0.9, 0.93, 0.96]))
    image = Image.open(io.BytesIO(picture(made)))

    assert (image.format, image.size) == ("PNG", (2 * WIDTH, 2 * made["layout"]["height"]))


def test_columns_stand_on_zero_and_their_lengths_are_their_values() -> None:
    made = drawn("bar", COUNT, monthly([10, 20, 40]))
    image = opened(made)
    margin, inner = made["layout"]["margin"], WIDTH - made["layout"]["margin"]["l"] - 16
    middles = [int(2 * (margin["l"] + inner * (n + 0.5) / 3)) for n in range(3)]
    heights = [len(rows_of(image, "--chart-focus", x)) for x in middles]
    floor = 2 * (made["layout"]["height"] - margin["b"])

    assert [round(height / heights[0]) for height in heights] == [1, 2, 4]
    assert all(abs(max(rows_of(image, "--chart-focus", x)) - floor) <= 3 for x in middles)


def test_gap_stays_a_gap() -> None:
    with_gap = opened(drawn("line", COUNT, monthly([10, 10, None, 10, 10])))
    whole = opened(drawn("line", COUNT, monthly([10, 10, 10, 10, 10])))
    middle = WIDTH  # of a picture that is twice as wide

    assert rows_of(whole, "--chart-focus", middle + 20)
    assert rows_of(with_gap, "--chart-focus", middle + 20) == []


def test_target_is_a_line_across_at_its_value() -> None:
    made = drawn("line", SHARE, monthly([0.9, 0.93, 0.96]))
    image = opened(made)
    low, high = made["layout"]["yaxis"]["range"]
    margin, height = made["layout"]["margin"], made["layout"]["height"]
    inner = height - margin["t"] - margin["b"]
    expected = 2 * (margin["t"] + inner * (high - 95) / (high - low))
    rows = [y for y in range(image.height) if dark_dots(image, y) > 400]

    assert rows
    assert all(abs(y - expected) <= 2 for y in rows)


def dark_dots(image: Image.Image, y: int) -> int:
    row = [image.getpixel((x, y)) for x in range(image.width)]
    return sum(isinstance(dot, tuple) and max(dot) < 110 for dot in row)


@pytest.mark.parametrize("name", ["$x^{$", "<b>&amp;", "漢字", "\\frac{", "a" * 90])
def test_hostile_names_are_drawn_as_text(name: str) -> None:
    many: dict[tuple[str | None, ...], list[object]] = {
        (name,): [1, 2, MISSING, 4], ("other",): [2, 3, 4, 5],
    }  # fmt: skip
    figures = [
        drawn("line", HOURS, monthly(many, by=("team",))),
        drawn("bar", HOURS, monthly(many, by=("team",), partial=True)),
        drawn("bar", HOURS, split({name: 3, None: 9})),
    ]

    assert all(opened(made).width == 2 * WIDTH for made in figures)


def test_many_names_get_rows_of_their_own() -> None:
    few = {(f"Team {n}",): [1, 2] for n in range(2)}
    many = {(f"A team with a name {n}",): [1, 2] for n in range(6)}
    heights = [opened(drawn("bar", COUNT, monthly(m, by=("t",)))).height for m in (few, many)]

    assert heights[1] > heights[0]


def test_labels_are_thinned_and_the_present_stays() -> None:
    labels = [f"M{n}" for n in range(14)]
    kept = thinned([float(n) for n in range(14)], labels, 560)

    assert [text for _place, text in kept] == ["M1", "M3", "M5", "M7", "M9", "M11", "M13"]


def test_unknown_trace_is_refused() -> None:
    made = drawn("line", COUNT, monthly([1, 2]))
    made["data"][0]["type"] = "violin"

    with pytest.raises(ValueError, match="no picture of a violin"):
        picture(made)


def test_another_painter_can_stand_in() -> None:
    made = drawn("line", COUNT, monthly([1, 2]))

    assert picture(made, painter=lambda given, width: f"{width}".encode()) == b"592"


def test_web_process_does_not_load_the_drawing_library() -> None:
    script = (
        "import sys, ace_portal.wsgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "print([n for n in ('matplotlib', 'dashboards.rendering.painter') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "ace_portal.settings"},
    )  # fmt: skip

    assert done.stdout == "[]\n"


def test_ring_of_an_unusual_figure_is_on_paper_too() -> None:
    plain = drawn("line", COUNT, monthly([10, 11, 40, 12]))
    marked = drawn("line", replace(COUNT, odd=(ODD,)), monthly([10, 11, 40, 12]))

    assert [_has(opened(made), "--watch") for made in (plain, marked)] == [
        False, True,
    ]  # fmt: skip
