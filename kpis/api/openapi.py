"""The engine's schema of a definition as part of the API's description."""

from __future__ import annotations

import copy
from typing import Any

from kpis.engine.schema import DEFINITION_SCHEMA

PREFIX = "KPI"
ROOT = "#/components/schemas/"
DEFINITION_REF = {"$ref": f"{ROOT}{PREFIX}Definition"}
WHERE_REF = {"$ref": f"{ROOT}{PREFIX}Where"}


def publish_definition(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the definition's schema and its parts to the components; references lead there."""
    schema = copy.deepcopy(DEFINITION_SCHEMA)
    parts = schema.pop("$defs")
    schema.pop("$schema", None)
    schemas = result["components"]["schemas"]
    schemas[f"{PREFIX}Definition"] = _moved(schema)
    for name, part in parts.items():
        schemas[_name(name)] = _moved(part)
    return result


def _name(part: str) -> str:
    return PREFIX + part[:1].upper() + part[1:]


def _moved(node: Any) -> Any:
    """The same schema with its references to ``#/$defs/x`` leading to the components."""
    if isinstance(node, list):
        return [_moved(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: ROOT + _name(value.rpartition("/")[2])
        if key == "$ref" and isinstance(value, str)
        else _moved(value)
        for key, value in node.items()
    }
