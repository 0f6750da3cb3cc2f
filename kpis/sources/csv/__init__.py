"""Delimited text: comma, semicolon, tab or bar."""

from kpis.sources.csv.adapter import CsvSource
from kpis.sources.csv.loading import load
from kpis.sources.csv.options import ColumnProfile, Need, NullToken, Options, Profile
from kpis.sources.csv.profiling import profile

__all__ = [
    "ColumnProfile",
    "CsvSource",
    "Need",
    "NullToken",
    "Options",
    "Profile",
    "load",
    "profile",
]
