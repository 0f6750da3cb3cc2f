"""The document of a version: its tiles in order, how wide they are, and the filters of the page.

It is JSON under a published schema. What is parsed is frozen; equal documents have equal hashes.
"""

from __future__ import annotations

from dashboards.content.document.model import (
    EMPTY,
    Choice,
    Document,
    FilterKind,
    Period,
    Tab,
    TileSpec,
    new_key,
)
from dashboards.content.document.reading import parse
from dashboards.content.document.schema import (
    DOCUMENT_SCHEMA,
    KINDS,
    MAX_FILTERS,
    MAX_TABS,
    MAX_TEXT,
    PRESETS,
    RESERVED,
)
from dashboards.content.document.writing import sha256, to_json

__all__ = [
    "DOCUMENT_SCHEMA",
    "EMPTY",
    "KINDS",
    "MAX_FILTERS",
    "MAX_TABS",
    "MAX_TEXT",
    "PRESETS",
    "RESERVED",
    "Choice",
    "Document",
    "FilterKind",
    "Period",
    "Tab",
    "TileSpec",
    "new_key",
    "parse",
    "sha256",
    "to_json",
]
