"""Pictures by matplotlib: what a figure says, in the places where plotly.js puts it.

One point of matplotlib is one pixel of the page, so that sizes can be taken over as they are.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import Transform

from dashboards.rendering.paper import SCALE, Json, colour, thinned, words

POINTS = 72
#: of the page's own list, what servers tend to have; the last one comes with matplotlib
FONTS = ("Segoe UI", "Roboto", "Helvetica Neue", "Arial", "Noto Sans", "Liberation Sans",
         "DejaVu Sans")  # fmt: skip
SIZE = 12
TICK_LENGTH = 6
LEGEND_ROW = 20


@lru_cache(maxsize=1)
def family() -> list[str]:
    """The page's own font where the machine has one of them, and one that it has always."""
    known = {font.name for font in fontManager.ttflist}
    return [*[name for name in FONTS if name in known][:1], "DejaVu Sans"]


def paint(figure: Json, width: int) -> bytes:
    """PNG in the light theme. Raises ValueError for a trace that it does not know."""
    height = height_of(figure, width)
    page = Figure(figsize=(width / POINTS, height / POINTS), dpi=POINTS * SCALE)
    canvas = FigureCanvasAgg(page)
    page.set_facecolor(colour("--surface"))
    put(page, figure, (0, 0, width), (width, height))
    return _png(canvas)


def height_of(figure: Json, width: int) -> float:
    """How high a figure of this width is, its legend included."""
    return float(figure["layout"]["height"]) + _above(figure, width)


def put(
    page: Figure, figure: Json, place: tuple[float, float, int], size: tuple[float, float]
) -> None:
    """Draw a figure into a page of this ``size``, at ``place``: left, top and its width in pixels.

    Raises ValueError for a trace that it does not know.
    """
    (left, top, width), (whole_width, whole_height) = place, size
    layout = figure["layout"]
    margin = dict(layout["margin"])
    margin["t"] += _above(figure, width)
    inner = width - margin["l"] - margin["r"]
    high = height_of(figure, width) - margin["t"] - margin["b"]
    axes = page.add_axes(
        (
            (left + margin["l"]) / whole_width,
            1 - (top + margin["t"] + high) / whole_height,
            inner / whole_width,
            high / whole_height,
        )
    )
    _traces(axes, figure, inner)
    _shapes(axes, layout["shapes"])
    _annotations(axes, layout["annotations"])
    columns, _rows = _legend_grid(figure, width)
    if columns:
        _legend(axes, figure, columns)


def _above(figure: Json, width: int) -> float:
    """What the legend needs beyond the figure's own margin."""
    _columns, rows = _legend_grid(figure, width)
    return max(0.0, rows * LEGEND_ROW + 8 - float(figure["layout"]["margin"]["t"]))


def _traces(axes: Axes, figure: Json, width: float) -> None:
    layout = figure["layout"]
    if any(trace["type"] == "pie" for trace in figure["data"]):
        axes.set_axis_off()
        for trace in figure["data"]:
            _pie(axes, trace)
        return
    _axes(axes, layout, width)
    second = _second_axis(axes, layout) if "yaxis2" in layout else axes
    _bars(axes, [trace for trace in figure["data"] if trace["type"] == "bar"], layout)
    for trace in figure["data"]:
        if trace["type"] == "scatter":
            _line(second if trace.get("yaxis") == "y2" else axes, trace)
        elif trace["type"] != "bar":
            raise ValueError(f"no picture of a {trace['type']}")


def _second_axis(axes: Axes, layout: Json) -> Axes:
    """The axis on the right, over the same places."""
    second = axes.twinx()
    spec = layout["yaxis2"]
    second.set_ylim(*spec["range"])
    second.set_facecolor("none")
    for spine in second.spines.values():
        spine.set_visible(False)
    second.yaxis.set_ticks(
        spec["tickvals"], labels=[words(text) for text in spec["ticktext"]],
        color=colour(spec["tickfont"]["color"]), fontsize=SIZE, fontfamily=family(),
        parse_math=False,
    )  # fmt: skip
    second.yaxis.set_tick_params(length=0, pad=TICK_LENGTH)
    return second


def _pie(axes: Axes, trace: Json) -> None:
    """Slices from the top on, clockwise, with their words beside them."""
    axes.pie(
        trace["values"],
        labels=[words(text) for text in trace["text"]],
        colors=[colour(token) for token in trace["marker"]["colors"]],
        startangle=90, counterclock=False,
        wedgeprops={"width": 1 - trace["hole"], "edgecolor": colour("--surface"), "linewidth": 2},
        textprops={"color": colour("--ink-2"), "fontsize": SIZE, "fontfamily": family(),
                   "parse_math": False},
    )  # fmt: skip


def _png(canvas: FigureCanvasAgg) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        # A sign that no font has is drawn as a box; the words beside the picture have it.
        warnings.simplefilter("ignore", UserWarning)
        canvas.print_png(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def _axes(axes: Axes, layout: Json, width: float) -> None:
    axes.set_facecolor("none")
    x, y = layout["xaxis"], layout["yaxis"]
    axes.set_xlim(*x["range"])
    axes.set_ylim(*y["range"])
    for spine in axes.spines.values():
        spine.set_visible(False)
    for axis, spec, side in ((axes.xaxis, x, "bottom"), (axes.yaxis, y, "left")):
        if not spec.get("visible", True):
            axis.set_visible(False)
            continue
        ticks = list(zip(spec["tickvals"], map(words, spec["ticktext"]), strict=True))
        if spec.get("tickangle") == 0:
            ticks = thinned(list(spec["tickvals"]), list(spec["ticktext"]), width)
        axis.set_ticks(
            [place for place, _text in ticks],
            labels=[text for _place, text in ticks],
            color=colour(spec.get("tickfont", {}).get("color", "--ink-3")),
            fontsize=SIZE, fontfamily=family(), parse_math=False, **_turned(spec),
        )  # fmt: skip
        axis.set_tick_params(length=0, pad=TICK_LENGTH)
        if spec.get("showgrid"):
            axis.grid(True, color=colour("--chart-grid"), linewidth=1)
        if spec.get("showline"):
            axes.spines[side].set_visible(True)
            axes.spines[side].set_color(colour("--chart-axis"))
    axes.set_axisbelow(True)
    if y.get("zeroline"):
        axes.axhline(0, color=colour("--chart-axis"), linewidth=1)


def _turned(spec: Json) -> dict[str, Any]:
    """Names that lean to the left end under their place."""
    angle = spec.get("tickangle", 0)
    return {"rotation": -angle, "ha": "right", "rotation_mode": "anchor"} if angle else {}


def _bars(axes: Axes, traces: Sequence[Json], layout: Json) -> None:
    """Columns of one period side by side or on each other, or lying bars."""
    group = 1 - layout.get("bargap", 0.2)
    over = layout.get("barmode") == "overlay"
    share = group if over else group / max(1, len(traces))
    for n, trace in enumerate(traces):
        lying = trace.get("orientation") == "h"
        places, values = (trace["y"], trace["x"]) if lying else (trace["x"], trace["y"])
        thick = trace.get("width", share * (1 - layout.get("bargroupgap", 0)))
        alone = lying or over or "width" in trace
        offset = 0 if alone else (n + 0.5) * share - group / 2
        marker = trace["marker"]
        shades = marker["color"]
        patterns = marker.get("pattern", {}).get("shape", [])
        for place, value in zip(places, values, strict=True):
            if value is None:
                continue
            at = list(places).index(place)
            shade = colour(shades if isinstance(shades, str) else shades[at])
            hatched = bool(patterns and patterns[at])
            start = place + offset - thick / 2
            base = trace["base"][at] if "base" in trace else 0
            box = ((base, start), value, thick) if lying else ((start, base), thick, value)
            axes.add_patch(
                Rectangle(
                    *box,
                    facecolor=colour("--surface") if hatched else shade,
                    edgecolor=shade if hatched else "none",
                    hatch="////" if hatched else None,
                    linewidth=1 if hatched else 0,
                )
            )


def _line(axes: Axes, trace: Json) -> None:
    """No line where there is no figure; marks where the figure stands alone or is not final."""
    line, marker = trace["line"], trace.get("marker")
    shade, wide = colour(line["color"]), line["width"]
    values = [float("nan") if value is None else value for value in trace["y"]]
    dash = line.get("dash")
    if trace.get("fill") == "tozeroy":
        axes.fill_between(
            trace["x"], values, 0, linewidth=0, zorder=2, edgecolor=colour(trace["fillcolor"]),
            facecolor=colour("--surface" if "fillpattern" in trace else trace["fillcolor"]),
            hatch="////" if "fillpattern" in trace else None,
        )  # fmt: skip
    axes.plot(
        trace["x"], values, color=shade, linewidth=wide, clip_on=False,
        zorder=2 if "fill" in trace else 3,
        linestyle=_dashes(dash, wide) if dash else "solid",
        solid_joinstyle="round", solid_capstyle="round",
    )  # fmt: skip
    if not marker or "size" not in marker:
        return
    edge = marker.get("line", {})
    for n, (x, y) in enumerate(zip(trace["x"], values, strict=True)):
        size, rim = _nth(marker["size"], n), _nth(edge.get("width", 0), n)
        fills = marker["color"]
        fill = colour(fills if isinstance(fills, str) else fills[n])
        if size and y == y:
            axes.plot(
                [x], [y], marker="o", markersize=size, clip_on=False, zorder=4,
                markerfacecolor=fill, markeredgewidth=rim,
                markeredgecolor=colour(edge["color"]) if "color" in edge else fill,
            )  # fmt: skip


def _nth(value: Any, n: int) -> float:
    return float(value[n] if isinstance(value, list) else value)


def _dashes(dash: str, width: float) -> tuple[float, tuple[float, ...]]:
    """ "5px,4px", in units of the line's width; "solid" has no gaps."""
    if dash == "solid":
        return 0, ()
    return 0, tuple(float(part.removesuffix("px")) / width for part in dash.split(","))


def _shapes(axes: Axes, shapes: Sequence[Json]) -> None:
    """The line of the target, the ground under what is not over."""
    for shape in shapes:
        transform = _plane(axes, shape)
        x, y = (shape["x0"], shape["x1"]), (shape["y0"], shape["y1"])
        if shape["type"] == "rect":
            box = Rectangle(
                (x[0], y[0]), x[1] - x[0], y[1] - y[0], transform=transform, linewidth=0,
                facecolor=colour(shape["fillcolor"]), zorder=0.1,
            )  # fmt: skip
            axes.add_patch(box)
            continue
        line = shape["line"]
        axes.plot(
            x, y, transform=transform, color=colour(line["color"]), linewidth=line["width"],
            linestyle=_dashes(line["dash"], line["width"]), zorder=3.5, scalex=False,
            scaley=False, clip_on=False,
        )  # fmt: skip


def _plane(axes: Axes, shape: Json) -> Transform:
    """Of which a shape's ends are: data, or a share of the whole along one axis."""
    if shape["xref"] == "paper":
        return axes.get_yaxis_transform()
    return axes.get_xaxis_transform() if shape["yref"] == "paper" else axes.transData


def _annotations(axes: Axes, notes: Sequence[Json]) -> None:
    for note in notes:
        back = {}
        if "bgcolor" in note:
            pad = note.get("borderpad", 0) / SIZE
            back["bbox"] = {
                "facecolor": colour(note["bgcolor"]), "edgecolor": "none",
                "boxstyle": f"square,pad={pad}",
            }  # fmt: skip
        axes.annotate(
            words(note["text"]),
            xy=(note["x"], note["y"]),
            xycoords=(_system(note, "x"), _system(note, "y")),
            xytext=(note.get("xshift", 0), note.get("yshift", 0)),
            textcoords="offset points",
            horizontalalignment=note.get("xanchor", "center"),
            verticalalignment={"middle": "center"}.get(
                note.get("yanchor", ""), note.get("yanchor", "center")
            ),
            color=colour(note["font"]["color"]),
            fontsize=SIZE,
            fontfamily=family(),
            annotation_clip=False,
            parse_math=False,
            zorder=5,
            **back,
        )


def _system(note: Json, axis: str) -> str:
    return "axes fraction" if note.get(f"{axis}ref") == "paper" else "data"


# The legend ---------------------------------------------------------------------------------------


def _named(figure: Json) -> list[tuple[str, str]]:
    """What the legend names, and the colour of each."""
    if not figure["layout"].get("showlegend"):
        return []
    found: list[tuple[str, str]] = []
    for trace in figure["data"]:
        if trace["type"] == "pie":
            found += zip(trace["labels"], trace["marker"]["colors"], strict=True)
        elif trace.get("showlegend"):
            found.append((trace["name"], _hue(trace)))
    return [(words(name), colour(hue)) for name, hue in found]


def _legend_grid(figure: Json, width: int) -> tuple[int, int]:
    """How many names fit beside each other, and in how many rows they are."""
    names = [name for name, _hue in _named(figure)]
    if not names:
        return 0, 0
    margin = figure["layout"]["margin"]
    room = width - margin["l"] - margin["r"]
    columns = max(1, min(len(names), int(room // (max(map(len, names)) * 7 + 36))))
    return columns, -(-len(names) // columns)


def _hue(trace: Json) -> str:
    """That of a bar is in its marker; of a line, whose marker may be open, in the line."""
    drawn = trace["line"] if trace["type"] == "scatter" and "fill" not in trace else trace["marker"]
    return str(drawn["color"])


def _legend(axes: Axes, figure: Json, columns: int) -> None:
    named = _named(figure)
    marks = [Patch(facecolor=hue) for _name, hue in named]
    legend = axes.legend(
        marks, [name for name, _hue in named],
        loc="lower left", bbox_to_anchor=(0, 1.02), borderaxespad=0, ncols=columns, frameon=False,
        labelcolor=colour("--ink-2"), prop={"family": family(), "size": SIZE},
        handlelength=1, handleheight=1, handletextpad=0.5, columnspacing=1.5,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)
