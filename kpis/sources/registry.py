"""The kinds of file that can become a dataset."""

from __future__ import annotations

from typing import Any

from ace_portal.lib.errors import Invalid
from kpis.sources.base import FileSource
from kpis.sources.csv import CsvSource

FILE_SOURCES: dict[str, FileSource[Any, Any]] = {CsvSource.kind: CsvSource()}


def file_source(kind: str) -> FileSource[Any, Any]:
    """The adapter of that kind."""
    if kind not in FILE_SOURCES:
        known = ", ".join(sorted(FILE_SOURCES))
        raise Invalid(f"Files of the kind “{kind}” cannot be read. Known: {known}.", field="kind")
    return FILE_SOURCES[kind]
