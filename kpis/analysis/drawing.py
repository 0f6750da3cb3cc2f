"""A tree of KPIs as the geometry of an SVG: from the left to the right, each KPI once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 208, 72
BETWEEN, BELOW = 56, 20
EDGE = 4
MOST = 60


@dataclass(frozen=True)
class Box:
    key: int
    x: int
    y: int
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Line:
    """A path from the upper to the lower KPI; ``x`` and ``y`` are where its sign stands."""

    path: str
    kind: str
    sign: str
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    left_out: int


def draw(root: int, edges: Sequence[tuple[int, int, str, str]]) -> Drawing:
    """``edges`` are (upper, lower, kind, sign). A KPI stands right of all that it is below."""
    below: dict[int, list[int]] = {}
    for upper, lower, _kind, _sign in edges:
        below.setdefault(upper, []).append(lower)
    columns = _columns(root, below)
    shown = set(list(columns)[:MOST])
    places = _places(root, below, columns, shown)
    boxes = {
        key: Box(key, EDGE + columns[key] * (WIDTH + BETWEEN), EDGE + round(row * (HEIGHT + BELOW)))
        for key, row in places.items()
    }
    lines = tuple(
        _line(boxes[upper], boxes[lower], kind, sign)
        for upper, lower, kind, sign in edges
        if upper in boxes and lower in boxes
    )
    return Drawing(
        width=max(box.x for box in boxes.values()) + WIDTH + EDGE,
        height=max(box.y for box in boxes.values()) + HEIGHT + EDGE,
        boxes=tuple(boxes.values()),
        lines=lines,
        left_out=len(columns) - len(shown),
    )


def _columns(root: int, below: dict[int, list[int]]) -> dict[int, int]:
    """The longest way down from the root to each; a circle, which nobody can make, ends here."""
    columns = {root: 0}
    storey = [(root, frozenset({root}))]
    while storey:
        following = []
        for key, way in storey:
            for lower in below.get(key, ()):
                if lower in way or columns.get(lower, -1) >= columns[key] + 1:
                    continue
                columns[lower] = columns[key] + 1
                following.append((lower, way | {lower}))
        storey = following
    return columns


def _places(
    root: int, below: dict[int, list[int]], columns: dict[int, int], shown: set[int]
) -> dict[int, float]:
    """The rows: one for each that has nothing below it, the others in the middle of theirs."""
    rows: dict[int, float] = {}
    free = 0

    def place(key: int) -> float:
        nonlocal free
        if key in rows:
            return rows[key]
        rows[key] = 0.0  # on its way
        own = [place(low) for low in below.get(key, ()) if low in shown and low not in rows]
        if own:
            rows[key] = (own[0] + own[-1]) / 2
        else:
            rows[key] = float(free)
            free += 1
        return rows[key]

    place(root)
    for column in set(columns.values()):
        last = -1.0
        for key in sorted((k for k in rows if columns[k] == column), key=lambda k: rows[k]):
            rows[key] = last = max(rows[key], last + 1)
    return rows


def _line(upper: Box, lower: Box, kind: str, sign: str) -> Line:
    x1, y1 = upper.x + WIDTH, upper.y + HEIGHT // 2
    x2, y2 = lower.x, lower.y + HEIGHT // 2
    bend = BETWEEN // 2
    path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    return Line(path, kind, sign, x2 - 14, y2 - 6)
