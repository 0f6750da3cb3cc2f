"""Fewer points than there are, where a screen has no more room, with the extremes among them."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

#: about as many as a wide chart has columns of pixels, with the lowest and the highest of each
MOST = 2_000


def kept_places(values: Sequence[float | None], most: int = MOST) -> list[int]:
    """Which of the points are drawn, in order: all of them where they are at most ``most``.

    Of each of equal stretches the first, the last, the lowest and the highest stay, so the first
    and the last of all do, the lowest and the highest of all, and where a gap begins and ends.
    """
    if len(values) <= most:
        return list(range(len(values)))
    stretches = max(1, most // 6)
    found: list[int] = []
    for number in range(stretches):
        start = number * len(values) // stretches
        end = (number + 1) * len(values) // stretches
        found += _of_stretch(values, start, end)
    return found


def _of_stretch(values: Sequence[float | None], start: int, end: int) -> list[int]:
    places = {start, end - 1}
    low = high = gap = None
    lowest = highest = 0.0
    for place in range(start, end):
        value = values[place]
        if value is None or not isfinite(value):
            gap = place if gap is None else gap
            continue
        if low is None or value < lowest:
            low, lowest = place, value
        if high is None or value > highest:
            high, highest = place, value
    places |= {place for place in (low, high, gap) if place is not None}
    return sorted(places)


def kept_pairs(points: Sequence[tuple[float, float]], most: int = MOST) -> list[int]:
    """Which marks of two values are drawn: of each column of the chart the lowest and the highest,
    and of all the ones that lie furthest to either side; in the order in which they came."""
    if len(points) <= most:
        return list(range(len(points)))
    left, right = min(x for x, _y in points), max(x for x, _y in points)
    columns = max(1, most // 4)
    width = (right - left) / columns or 1.0
    ends: dict[int, tuple[int, int]] = {}
    for place, (x, y) in enumerate(points):
        column = min(int((x - left) / width), columns - 1)
        low, high = ends.get(column, (place, place))
        ends[column] = (
            place if y < points[low][1] else low, place if y > points[high][1] else high,
        )  # fmt: skip
    places = {place for pair in ends.values() for place in pair}
    across = range(len(points))
    places |= {
        0, len(points) - 1,
        min(across, key=lambda n: points[n][0]), max(across, key=lambda n: points[n][0]),
    }  # fmt: skip
    return sorted(places)
