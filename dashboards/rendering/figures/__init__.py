"""Result → plotly figure, as a plain dictionary of ``data`` and ``layout``."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.areas import areas
from dashboards.rendering.figures.axes import Json
from dashboards.rendering.figures.bars import bars, standing
from dashboards.rendering.figures.colours import hues
from dashboards.rendering.figures.columns import columns, stacked
from dashboards.rendering.figures.combined import combined
from dashboards.rendering.figures.lines import lines
from dashboards.rendering.figures.pies import pie
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
    """The figure of a chart of one KPI; None where there is nothing to draw.

    Values are in display units: shares in percent, everything else in the KPI's own unit. Raises
    ValueError for a tile that is no chart.
    """
    if tile.type not in {"line", "area", "bar", "pie"}:
        raise ValueError(f"a {tile.type} tile has no figure of one KPI")
    if not any(fmt.has_value(point.figure) for point in result):
        return None
    palette = {**hues(point.segment for point in result), **(colours or {})}
    drawn = _drawn(tile, face, result, palette, wording)
    if drawn is not None:
        check(drawn)
    return drawn


def _drawn(
    tile: Tile, face: Face, result: Result, palette: Mapping[Segment, str], wording: Wording
) -> Json | None:
    if tile.type == "pie":
        return pie(face, result, palette, wording, hole=tile.hole)
    if result.grain is None:
        return (standing if tile.standing else bars)(face, result, wording)
    if tile.type == "line":
        return lines(face, result, palette, wording)
    if tile.type == "area":
        return areas(face, result, palette, wording)
    return (stacked if tile.arrange == "stacked" else columns)(face, result, palette, wording)


def pair_figure(
    bars_of: tuple[Face, Result], line_of: tuple[Face, Result], *, wording: Wording = ENGLISH
) -> Json | None:
    """The figure of a combined tile; None where neither KPI has anything to draw.

    Values are in display units, those of the line on an axis of their own where units differ.
    """
    if not any(fmt.has_value(p.figure) for _face, result in (bars_of, line_of) for p in result):
        return None
    drawn = combined(bars_of, line_of, wording)
    check(drawn)
    return drawn
