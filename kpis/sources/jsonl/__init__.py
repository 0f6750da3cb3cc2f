"""JSON: one object a line, or one list of objects."""

from kpis.sources.jsonl.adapter import JsonOptions, JsonSource

__all__ = ["JsonOptions", "JsonSource"]
