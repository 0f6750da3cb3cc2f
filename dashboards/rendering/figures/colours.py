"""Colours are the names of tokens that the page turns into the colours of its theme."""

from __future__ import annotations

from collections.abc import Iterable

from dashboards.rendering.figures.series import Segment

FOCUS, MUTED = "--chart-focus", "--chart-muted"
HUES = tuple(f"--chart-{n}" for n in range(1, 9))


def hues(segments: Iterable[Segment]) -> dict[Segment, str]:
    """A colour for each segment, the same whatever else is shown beside it.

    Pass the segments of all tiles of a dashboard, so that a category keeps its hue across them.
    """
    ordered = sorted(set(segments), key=lambda segment: tuple(name or "" for name in segment))
    return {segment: HUES[n % len(HUES)] for n, segment in enumerate(ordered)}
