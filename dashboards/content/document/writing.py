"""Document → JSON, and its hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from dashboards.content.document.model import Document, TileSpec


def to_json(document: Document) -> dict[str, Any]:
    """The JSON that parses back to the document."""
    period: dict[str, Any] = {"preset": document.period.preset}
    if document.period.start and document.period.end:
        period |= {
            "from": document.period.start.isoformat(),
            "to": document.period.end.isoformat(),
        }
    return {
        "schema": 1,
        "tiles": [_tile_json(tile) for tile in document.tiles],
        "filters": {
            "period": period,
            "choices": [
                {"key": c.key, "column": c.column, "label": c.label} for c in document.choices
            ],
        },
    }


def _tile_json(tile: TileSpec) -> dict[str, Any]:
    out: dict[str, Any] = {
        "key": tile.key, "type": tile.type, "title": tile.title, "width": tile.width,
    }  # fmt: skip
    if tile.height is not None:
        out["height"] = tile.height
    match tile.type:
        case "text":
            return {**out, "text": tile.text}
        case "table":
            return {**out, "kpi_versions": list(tile.kpi_versions), "by": tile.by}
        case "number":
            return {**out, "kpi_version": tile.kpi_versions[0], "compare": tile.compare}
        case _:
            out["kpi_version"] = tile.kpi_versions[0]
            out |= {"grain": tile.grain} if tile.grain else {}
            return out | ({"by": tile.by} if tile.by else {})


def sha256(document: Document) -> str:
    """Equal documents have equal hashes, whatever the order of their keys was."""
    text = json.dumps(to_json(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
