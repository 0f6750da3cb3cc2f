"""Result → plotly figure, as a plain dictionary of ``data`` and ``layout``."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import Json
from dashboards.rendering.figures.bars import bars
from dashboards.rendering.figures.colours import hues
from dashboards.rendering.figures.columns import columns
from dashboards.rendering.figures.lines import lines
from dashboards.rendering.figures.series import Segment
from dashboards.rendering.safety import check
from dashboards.rendering.tiles import Face, Tile
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Result


def figure(
    tile: Tile,
    face: Face,
    result: Result,
    *,
    colours: Mapping[Segment, str] | None = None,
    wording: Wording = ENGLISH,
) -> Json | None:
    """The figure of a line or bar tile; None where there is nothing to draw.

    Values are in display units: shares in percent, everything else in the KPI's own unit. Raises
    ValueError for a tile that is no chart.
    """
    if tile.type not in {"line", "bar"}:
        raise ValueError(f"a {tile.type} tile has no figure")
    if not any(fmt.has_value(point.figure) for point in result):
        return None
    if result.grain is None:
        drawn = bars(face, result, wording)
    else:
        palette = {**hues(point.segment for point in result), **(colours or {})}
        draw = lines if tile.type == "line" else columns
        drawn = draw(face, result, palette, wording)
    check(drawn)
    return drawn
