"""A figure as a picture, for where no script runs. What draws it can be another one later."""

from __future__ import annotations

from collections.abc import Callable

from dashboards.rendering.paper import WIDTH, Json

#: a figure of ``rendering.figure`` and a width in pixels → PNG, with two dots to the pixel
Painter = Callable[[Json, int], bytes]


def picture(figure: Json, *, width: int = WIDTH, painter: Painter | None = None) -> bytes:
    """The PNG of a figure of ``rendering.figure``; raises ValueError where it cannot be drawn."""
    if painter is not None:
        return painter(figure, width)
    # The library is large and only workers draw: the web process never loads it.
    from dashboards.rendering.painter import paint

    return paint(figure, width)
