"""The kinds of file that can become a dataset."""

from __future__ import annotations

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.columnar import ParquetSource
from kpis.sources.csv import CsvSource, TsvSource
from kpis.sources.jsonl import JsonSource
from kpis.sources.kinds import FileSource
from kpis.sources.xlsx import XlsxSource

FILE_SOURCES: dict[str, FileSource] = {
    source.kind: source
    for source in (CsvSource(), TsvSource(), XlsxSource(), ParquetSource(), JsonSource())
}


def file_source(kind: str) -> FileSource:
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
