"""Results become figures, numbers, tables and sentences. Pure: no request, no rows, no clock."""

from __future__ import annotations

from dashboards.rendering.figures import figure
from dashboards.rendering.figures.colours import hues
from dashboards.rendering.number import NumberView, number_view
from dashboards.rendering.spark import Spark, spark
from dashboards.rendering.summary import summary
from dashboards.rendering.table import Cell, Head, Table, comparison_table, data_table
from dashboards.rendering.tiles import Face, Goal, Target, Tile
from dashboards.rendering.wording import ENGLISH, Wording

__all__ = [
    "ENGLISH",
    "Cell",
    "Face",
    "Goal",
    "Head",
    "NumberView",
    "Spark",
    "Table",
    "Target",
    "Tile",
    "Wording",
    "comparison_table",
    "data_table",
    "figure",
    "hues",
    "number_view",
    "spark",
    "summary",
]
