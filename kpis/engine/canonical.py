"""A definition as JSON in one spelling, and the hash of it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from kpis.engine.definition import (
    Aggregate,
    AllOf,
    AnyOf,
    Column,
    Condition,
    Definition,
    Formula,
    Measure,
    Net,
    Not,
    Operand,
    Rate,
    Ratio,
    Share,
    Stock,
    Where,
    Window,
)
from kpis.engine.hours import hours_json


def canonical(definition: Definition) -> dict[str, Any]:
    """The definition as JSON with every default spelled out: equal meanings give equal texts."""
    out: dict[str, Any] = {
        "measure": _measure_json(definition.measure),
        "time_zone": definition.time_zone,
        "grain": definition.grain,
        "dimensions": list(definition.dimensions),
        "null_rule": definition.null_rule,
        "min_cases": definition.min_cases,
        "week_start": definition.week_start,
    }
    if definition.fiscal_start != 1:
        out["fiscal_start"] = definition.fiscal_start
    if definition.time_column is not None:
        out["time_column"] = definition.time_column
    if definition.exclusions is not None:
        out["exclusions"] = where_json(definition.exclusions)
    return out


def sha256(definition: Definition) -> str:
    """The hash that is part of a KPI version, 64 hexadecimal digits."""
    text = json.dumps(
        canonical(definition), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def where_json(where: Where) -> dict[str, Any]:
    """A condition as the JSON that parses back to it."""
    match where:
        case AllOf(parts):
            return {"all": [where_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [where_json(part) for part in parts]}
        case Not(part):
            return {"not": where_json(part)}
        case Condition(operand, op, value):
            out: dict[str, Any] = {"column": _operand_json(operand), "op": op}
            if op not in ("is null", "is not null"):
                out["value"] = list(value) if isinstance(value, tuple) else value
            return out


def _operand_json(operand: Operand) -> str | dict[str, Any]:
    if isinstance(operand, Column):
        return operand.name
    out = {"from": operand.start, "to": operand.end, "unit": operand.unit}
    return out if operand.hours is None else {**out, "calendar": hours_json(operand.hours)}


def _measure_json(measure: Measure) -> dict[str, Any]:
    match measure:
        case Aggregate(agg, operand, q, where):
            out: dict[str, Any] = {"agg": agg}
            if operand is not None:
                out["column"] = _operand_json(operand)
            if q is not None:
                out["q"] = q
            return out | _optional("where", where)
        case Share(of, among):
            return {"share": {"of": where_json(of)} | _optional("among", among)}
        case Ratio(numerator, denominator, scale):
            pair = [_measure_json(numerator), _measure_json(denominator)]
            return {"ratio": pair, "scale": scale}
        case Stock(opened, closed, where):
            return {"stock": {"opened": opened, "closed": closed} | _optional("where", where)}
        case Net(came, went, where):
            return {"net": {"in": came, "out": went} | _optional("where", where)}
        case Rate(inner, per):
            return {"rate": {"measure": _measure_json(inner), "per": per}}
        case Window(inner, periods, since):
            how = {"kind": "moving", "periods": periods} if periods else {"kind": "cumulative"}
            more = {} if since is None else {"since": since}
            return {"window": {"measure": _measure_json(inner), **how, **more}}
        case Formula(text, kpis):
            return {"formula": text, "kpis": dict(kpis)}


def _optional(key: str, where: Where | None) -> dict[str, Any]:
    return {} if where is None else {key: where_json(where)}
