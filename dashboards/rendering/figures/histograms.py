"""How the values of a column are spread: equal, round bins, and how many cases are in each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import Json, frame, gutter, value_axis
from dashboards.rendering.figures.colours import FOCUS, MUTED
from dashboards.rendering.safety import check, label
from dashboards.rendering.scale import Scale, round_step, scale
from dashboards.rendering.table import Cell, Head, Table
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import ENGLISH, Wording

HEIGHT = 248
#: about so many bins, and never more than the most
WANTED, MOST_BINS = 16, 40
#: a tail so many times as long as what nearly all cases take is gathered in the last bin
LONG = 2.0
#: where its bin begins, in the same measure
BEYOND = 1.5


@dataclass(frozen=True, slots=True)
class Bins:
    """``edges`` in the KPI's own unit, ascending, one more than there are bins.

    Each bin holds its lower edge and not its upper one; the last holds all from its lower edge on,
    which is said where it is ``open``: it has cases beyond its upper edge.
    """

    edges: tuple[float, ...]
    step: float
    open: bool = False

    @property
    def pairs(self) -> list[tuple[float, float]]:
        return list(pairwise(self.edges))


def bins_of(low: float, high: float, near: float, *, whole: bool = False) -> Bins:
    """Bins for values from ``low`` to ``high``, nearly all of them at most ``near``.

    ``whole`` numbers have bins of whole numbers. Raises ValueError for what is no finite number.
    """
    if not all(map(math.isfinite, (low, high, near))) or low > high:
        raise ValueError("bins need finite ends in order")
    reach = near - low
    is_open = reach > 0 and high - low > LONG * reach
    top = low + BEYOND * reach if is_open else high
    step = round_step((top - low) / WANTED) if top > low else _alone(low)
    if whole:
        step = max(1.0, math.ceil(step))
    first, last = math.floor(low / step + 1e-9), math.ceil(top / step - 1e-9)
    first -= round(first * step, 12) > low
    last = max(last + (round(last * step, 12) < top), first + 1)
    if whole and not is_open and last * step <= top:
        last += 1  # the highest whole number has a bin of its own, not the edge of one
    last = min(last, first + MOST_BINS)
    count = last - first + (1 if is_open else 0)
    edges = tuple(round(n * step, 12) for n in range(first, first + count + 1))
    return Bins(edges, step, is_open)


def _alone(value: float) -> float:
    """The width of the only bin there is."""
    return round_step(abs(value) / 10) if value else 1.0


def histogram(
    face: Face, bins: Bins, counts: Sequence[int], *, wording: Wording = ENGLISH
) -> Json | None:
    """A standing bar for each bin, without room between them; None without any case."""
    if not any(counts):
        return None
    names = bin_words(face, bins, wording)
    axis = scale([float(n) for n in counts], zero=True)
    ticks = _edge_labels(face, bins, wording)
    trace = {
        "type": "bar", "x": list(range(len(counts))), "y": list(counts), "hoverinfo": "text",
        "hovertext": [
            label(f"{name}: {_cases(count, wording)}", 160)
            for name, count in zip(names, counts, strict=True)
        ],
        "marker": {"color": [FOCUS] * (len(counts) - 1) + [MUTED if bins.open else FOCUS]},
        "width": 0.96, "showlegend": False,
    }  # fmt: skip
    layout = frame(HEIGHT)
    layout["barcornerradius"] = 2
    layout["xaxis"] = {
        "range": [-0.5, len(counts) - 0.5],
        "tickvals": [n - 0.5 for n in range(len(ticks))], "ticktext": ticks, "tickangle": 0,
        "showgrid": False, "showline": True,
    }  # fmt: skip
    layout["yaxis"] = value_axis(axis, Face(wording.cases), wording)
    layout["margin"]["l"] = gutter(layout["yaxis"]["ticktext"])
    if bins.open:
        layout["annotations"] = [{
            "x": len(counts) - 1, "y": counts[-1], "text": label(wording.and_more),
            "showarrow": False, "xanchor": "right", "yanchor": "bottom", "xshift": 8, "yshift": 2,
            "font": {"color": "--ink-2"},
        }]  # fmt: skip
    drawn = {"data": [trace], "layout": layout}
    check(drawn)
    return drawn


def _cases(count: int, wording: Wording) -> str:
    return f"{fmt.digits(fmt.exact(count), 0, wording)} {wording.cases.lower()}"


def _edge_labels(face: Face, bins: Bins, wording: Wording) -> list[str]:
    """The edges as the axis says them; what is beyond the last of an open row has no edge."""
    factor = 100 if face.unit == "percent" else 1
    ends = Scale(bins.edges[0] * factor, bins.edges[-1] * factor, bins.step * factor)
    labels = ends.labels(wording, "%" if face.unit == "percent" else "")
    return labels[:-1] if bins.open else labels


def bin_words(face: Face, bins: Bins, wording: Wording = ENGLISH) -> list[str]:
    """Each bin from where to where, with the unit."""
    labels = _edge_labels(face, bins, wording)
    unit = "" if face.unit == "percent" or not face.unit_label else f" {face.unit_label}"
    found = [wording.below.format(low=low, high=f"{high}{unit}") for low, high in pairwise(labels)]
    return [*found, wording.and_more_from.format(low=f"{labels[-1]}{unit}")] if bins.open else found


def histogram_table(
    face: Face, bins: Bins, counts: Sequence[int], *, wording: Wording = ENGLISH
) -> Table:
    """A row for each bin."""
    rows = tuple(
        (Cell(name), Cell(fmt.digits(fmt.exact(count), 0, wording), numeric=True, order=count))
        for name, count in zip(bin_words(face, bins, wording), counts, strict=True)
    )
    return Table((Head(face.name), Head(wording.cases, numeric=True)), rows)


def histogram_words(
    face: Face, bins: Bins, counts: Sequence[int], *, wording: Wording = ENGLISH
) -> str:
    """How many cases there are, and where most of them are."""
    if not any(counts):
        return wording.one_value.format(name=face.name, value=wording.no_data)
    most = max(range(len(counts)), key=lambda n: counts[n])
    return wording.spread.format(
        name=face.name, count=_cases(sum(counts), wording),
        most=_cases(counts[most], wording), where=bin_words(face, bins, wording)[most],
    )  # fmt: skip
