"""Document → JSON, and its hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from dashboards.content.document.model import Choice, Document, TileSpec
from dashboards.content.document.schema import KINDS


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
        **(
            {"tabs": [{"key": t.key, "title": t.title} for t in document.tabs]}
            if document.tabs
            else {}
        ),
        "tiles": [_tile_json(tile) for tile in document.tiles],
        "filters": {
            "period": period,
            "choices": [_choice_json(choice) for choice in document.choices],
            **({"drill": list(document.drill)} if document.drill else {}),
        },
    }


def _choice_json(choice: Choice) -> dict[str, Any]:
    """What has its default is left out: a document that was written before has the same hash."""
    out = {"key": choice.key, "column": choice.column, "label": choice.label}
    more: dict[str, Any] = {
        "kind": choice.kind if choice.kind != KINDS[0] else "",
        "default": list(choice.default),
        "required": choice.required,
        "tiles": list(choice.tiles),
        "depends_on": choice.depends_on,
        "tabs": list(choice.tabs),
    }
    return {**out, **{name: value for name, value in more.items() if value}}


def _tile_json(tile: TileSpec) -> dict[str, Any]:
    out: dict[str, Any] = {
        "key": tile.key, "type": tile.type, "title": tile.title, "width": tile.width,
    }  # fmt: skip
    if tile.height is not None:
        out["height"] = tile.height
    if tile.tab:
        out["tab"] = tile.tab
    match tile.type:
        case "text":
            return {**out, "text": tile.text}
        case "table":
            out |= {"kpi_versions": list(tile.kpi_versions), "by": tile.by}
            return out | ({"totals": True} if tile.totals else {})
        case "funnel":
            return {**out, "kpi_versions": list(tile.kpi_versions)}
        case "waterfall":
            out |= {"kpi_version": tile.kpi_versions[0], "by": tile.by}
            return out | ({"compare": tile.compare} if tile.compare != "previous" else {})
        case "combined":
            return {**out, "kpi_versions": list(tile.kpi_versions), "grain": tile.grain}
        case "number":
            return {**out, "kpi_version": tile.kpi_versions[0], "compare": tile.compare}
        case _:
            out["kpi_version"] = tile.kpi_versions[0]
            out |= {"grain": tile.grain} if tile.grain else {}
            out |= {"by": tile.by} if tile.by else {}
            return out | _chosen(tile)


def _chosen(tile: TileSpec) -> dict[str, Any]:
    """What somebody chose otherwise than a chart is by itself: all else stays out."""
    out: dict[str, Any] = {}
    if tile.arrange != "grouped":
        out["arrange"] = tile.arrange
    if tile.across is not None:
        out["across"] = tile.across
    return out | {name: True for name in ("standing", "hole", "heat") if getattr(tile, name)}


def sha256(document: Document) -> str:
    """Equal documents have equal hashes, whatever the order of their keys was."""
    text = json.dumps(to_json(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
