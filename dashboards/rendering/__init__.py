"""Results become figures, numbers, tables and sentences. Pure: no request, no rows, no clock."""

from __future__ import annotations

from dashboards.rendering.dials import Dial, dial, dial_table
from dashboards.rendering.figures import figure, pair_figure
from dashboards.rendering.figures.boxes import (
    MAX_BOXES,
    QUANTILES,
    Box,
    box_figure,
    box_table,
    box_words,
    boxes_of,
)
from dashboards.rendering.figures.colours import hues
from dashboards.rendering.figures.combined import share_axis
from dashboards.rendering.figures.histograms import (
    Bins,
    bin_words,
    bins_of,
    histogram,
    histogram_table,
    histogram_words,
)
from dashboards.rendering.figures.layers import has_negative
from dashboards.rendering.figures.marks import marks_in
from dashboards.rendering.figures.scatters import marks_of, scatter, scatter_words
from dashboards.rendering.figures.steps import (
    Fall,
    funnel,
    funnel_table,
    signed_text,
    steps_of,
    told,
    waterfall,
    waterfall_table,
)
from dashboards.rendering.format import shown_text
from dashboards.rendering.number import NumberView, number_view
from dashboards.rendering.odd import odd_lines
from dashboards.rendering.ordering import headed, ordered
from dashboards.rendering.pivot import Crossed, pivot_table
from dashboards.rendering.spark import Spark, spark
from dashboards.rendering.summary import summary
from dashboards.rendering.table import Cell, Head, Table, comparison_table, data_table, pair_table
from dashboards.rendering.tiles import Face, Goal, Mark, Odd, Target, Tile
from dashboards.rendering.wording import ENGLISH, Wording

__all__ = [
    "ENGLISH",
    "MAX_BOXES",
    "QUANTILES",
    "Bins",
    "Box",
    "Cell",
    "Crossed",
    "Dial",
    "Face",
    "Fall",
    "Goal",
    "Head",
    "Mark",
    "NumberView",
    "Odd",
    "Spark",
    "Table",
    "Target",
    "Tile",
    "Wording",
    "bin_words",
    "bins_of",
    "box_figure",
    "box_table",
    "box_words",
    "boxes_of",
    "comparison_table",
    "data_table",
    "dial",
    "dial_table",
    "figure",
    "funnel",
    "funnel_table",
    "has_negative",
    "headed",
    "histogram",
    "histogram_table",
    "histogram_words",
    "hues",
    "marks_in",
    "marks_of",
    "number_view",
    "odd_lines",
    "ordered",
    "pair_figure",
    "pair_table",
    "pivot_table",
    "scatter",
    "scatter_words",
    "share_axis",
    "shown_text",
    "signed_text",
    "spark",
    "steps_of",
    "summary",
    "told",
    "waterfall",
    "waterfall_table",
]
