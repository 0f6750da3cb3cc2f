"""Delimited text: comma, semicolon, tab or bar."""

from kpis.sources.csv.adapter import CsvSource, TsvSource
from kpis.sources.csv.loading import load
from kpis.sources.csv.options import Options
from kpis.sources.csv.profiling import profile
from kpis.sources.reading import ColumnProfile, Need, NullToken, Profile

__all__ = [
    "ColumnProfile",
    "CsvSource",
    "Need",
    "NullToken",
    "Options",
    "Profile",
    "TsvSource",
    "load",
    "profile",
]
