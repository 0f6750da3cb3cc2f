"""The kinds of file that can become a dataset."""

from __future__ import annotations

from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import FileSource
from kpis.sources.csv import CsvSource

FILE_SOURCES: dict[str, FileSource[Any, Any]] = {CsvSource.kind: CsvSource()}


def file_source(kind: str) -> FileSource[Any, Any]:
    """The adapter of that kind."""
    if kind not in FILE_SOURCES:
        known = ", ".join(sorted(FILE_SOURCES))
        raise Invalid(
            _(
                "Files of the kind “%(kind)s” cannot be read. Known: %(known)s.",
                kind=kind,
                known=known,
            ),
            field="kind",
        )
    return FILE_SOURCES[kind]
