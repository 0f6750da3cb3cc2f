"""What the KPI form says ↔ a definition. Pure: flat names and plain values on one side, JSON on
the other.

The form's names: ``measure`` (one of ``MEASURES``), ``column``, ``percentile`` (0 to 100),
``statistic``, ``from_column``, ``to_column``, ``duration_unit``; conditions as
``{block}_{row}_column|op|value`` with ``{block}_joint``, where block is ``of``, ``where`` or
``except``; and the definition's own ``time_column``, ``time_zone``, ``grain``, ``dimensions``,
``null_rule``, ``min_cases``, ``week_start``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.checks import TYPES, as_moment
from kpis.engine.definition import (
    Aggregate,
    AllOf,
    AnyOf,
    Column,
    Condition,
    Definition,
    Duration,
    Net,
    Operand,
    Scalar,
    Share,
    Stock,
    Where,
)

MEASURES = (
    *("count", "share", "duration", "stock", "net"),
    *("sum", "avg", "min", "max", "count_distinct", "quantile"),
)
STATISTICS = ("quantile", "avg", "min", "max", "sum")
OF_COLUMN = ("sum", "avg", "min", "max", "count_distinct", "quantile")
OF_TWO_COLUMNS = ("duration", "stock", "net")
#: block → how many conditions it takes
BLOCKS = {"of": 3, "where": 3, "except": 1}
LISTS, UNARY = ("in", "not in"), ("is null", "is not null")
SEPARATOR = ";"
TRUE, FALSE = ("yes", "true", "1", "y"), ("no", "false", "0", "n")
EXAMPLES = {"date": "2024-05-31", "timestamp": _("2024-05-31 or 2024-05-31 14:30")}


class Richer(Exception):
    """The definition says what the form has no words for; it can be changed through the API."""


def to_definition(data: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """The definition as JSON; raises ``Invalid`` with the form's own name as the field."""
    out: dict[str, Any] = {
        "measure": _measure(data, types),
        "time_zone": data["time_zone"],
        "grain": data["grain"],
        "dimensions": list(data["dimensions"]),
        "null_rule": data["null_rule"],
        "min_cases": data["min_cases"],
        "week_start": data["week_start"],
    }
    if data["time_column"]:
        out["time_column"] = data["time_column"]
    exclusions = _where(data, "except", types)
    if exclusions is not None:
        out["exclusions"] = exclusions
    return out


def _measure(data: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    measure = data["measure"]
    where = _where(data, "where", types)
    among = {} if where is None else {"where": where}
    if measure in OF_TWO_COLUMNS:
        start, end = _needed(data, "from_column"), _needed(data, "to_column")
    match measure:
        case "count":
            return {"agg": "count", **among}
        case "share":
            of = _where(data, "of", types)
            if of is None:
                why = _("Say which rows count as met: a column, a comparison and a value.")
                raise Invalid(why, field="of_1_column")
            return {"share": {"of": of} | ({} if where is None else {"among": where})}
        case "duration":
            operand = {"from": start, "to": end, "unit": data["duration_unit"]}
            return _statistic(data["statistic"], operand, data) | among
        case "stock":
            return {"stock": {"opened": start, "closed": end, **among}}
        case "net":
            return {"net": {"in": start, "out": end, **among}}
        case _:
            return _statistic(measure, _needed(data, "column"), data) | among


def _statistic(agg: str, operand: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {"agg": agg, "column": operand}
    if agg == "quantile":
        if data["percentile"] is None:
            raise Invalid(_("Which percentile? 50 is the median."), field="percentile")
        out["q"] = float(Decimal(data["percentile"]) / 100)
    return out


def _needed(data: Mapping[str, Any], name: str) -> str:
    if not data[name]:
        raise Invalid(_("Choose a column."), field=name)
    return str(data[name])


def rows_of(data: Mapping[str, Any], block: str) -> list[int]:
    """The numbers of the rows of a block in which anything is filled in."""
    return [
        row
        for row in range(1, BLOCKS[block] + 1)
        if data[f"{block}_{row}_column"] or data[f"{block}_{row}_value"]
    ]


def _where(data: Mapping[str, Any], block: str, types: Mapping[str, str]) -> dict[str, Any] | None:
    parts = [_condition(data, f"{block}_{row}", types) for row in rows_of(data, block)]
    if len(parts) < 2:
        return parts[0] if parts else None
    return {data[f"{block}_joint"]: parts}


def _condition(data: Mapping[str, Any], row: str, types: Mapping[str, str]) -> dict[str, Any]:
    column, op, text = data[f"{row}_column"], data[f"{row}_op"], data[f"{row}_value"]
    if not column:
        raise Invalid(_("Which column is compared with this value?"), field=f"{row}_column")
    if op in UNARY:
        return {"column": column, "op": op}
    kind, field = types.get(column, "text"), f"{row}_value"
    if not text:
        raise Invalid(_("With what is the column compared?"), field=field)
    if op == "contains":
        return {"column": column, "op": op, "value": text}
    if op == "between" or op in LISTS:
        values = [parse_value(part.strip(), kind, field) for part in text.split(SEPARATOR)]
        if op == "between" and len(values) != 2:
            why = _("Two values, with “%(sign)s” between them.", sign=SEPARATOR)
            raise Invalid(why, field=field)
        return {"column": column, "op": op, "value": values}
    return {"column": column, "op": op, "value": parse_value(text, kind, field)}


def parse_value(text: str, kind: str, field: str = "") -> Scalar:
    """What a person typed, as a value of a column's type; raises ``Invalid`` on nonsense."""
    match kind:
        case "boolean":
            word = text.lower()
            if word not in TRUE + FALSE:
                raise Invalid(_("“%(text)s” is neither yes nor no.", text=text), field=field)
            return word in TRUE
        case "integer" | "number":
            return _number(text, field)
        case "date" | "timestamp":
            if as_moment(text, kind) is None:
                raise Invalid(
                    _("“%(text)s” is not %(type)s; write it as %(example)s.",
                      text=text, type=TYPES[kind], example=EXAMPLES[kind]),
                    field=field,
                )  # fmt: skip
            return text
        case _:
            return text


def _number(text: str, field: str) -> int | float:
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        if abs(number) < 2**63:
            return number
        break
    raise Invalid(_("“%(text)s” is not a number.", text=text), field=field)


# Back --------------------------------------------------------------------------------------------


def to_form(definition: Definition) -> dict[str, Any]:
    """The form's data that say this definition; raises ``Richer`` where there are none."""
    data: dict[str, Any] = {
        "column": "", "percentile": Decimal(50), "statistic": "quantile",
        "from_column": "", "to_column": "", "duration_unit": "h",
        "time_column": definition.time_column or "", "time_zone": definition.time_zone,
        "grain": definition.grain, "dimensions": list(definition.dimensions),
        "null_rule": definition.null_rule, "min_cases": definition.min_cases,
        "week_start": definition.week_start,
    }  # fmt: skip
    of: Where | None = None
    match definition.measure:
        case Aggregate(agg, operand, q, where):
            data |= _aggregate(agg, operand, q)
        case Share(of, where):
            data["measure"] = "share"
        case Stock(start, end, where):
            data |= {"measure": "stock", "from_column": start, "to_column": end}
        case Net(start, end, where):
            data |= {"measure": "net", "from_column": start, "to_column": end}
        case _:
            raise Richer("a ratio")
    for block, condition in (("of", of), ("where", where), ("except", definition.exclusions)):
        data |= _block(block, condition)
    return data


def _aggregate(agg: str, operand: Operand | None, q: float | None) -> dict[str, Any]:
    percentile = {} if q is None else {"percentile": Decimal(repr(q)) * 100}
    match operand:
        case None:
            return {"measure": "count"}
        case Duration(start, end, unit) if agg in STATISTICS:
            return percentile | {
                "measure": "duration", "statistic": agg, "from_column": start, "to_column": end,
                "duration_unit": unit,
            }  # fmt: skip
        case Column(name) if agg in OF_COLUMN:
            return percentile | {"measure": agg, "column": name}
        case _:
            raise Richer("a count of a column or of durations")


def _block(block: str, where: Where | None) -> dict[str, Any]:
    parts: tuple[Where, ...] = () if where is None else (where,)
    joint = "all"
    if isinstance(where, AllOf | AnyOf):
        if len(where.parts) < 2:
            raise Richer("a group of one")
        parts, joint = where.parts, "all" if isinstance(where, AllOf) else "any"
    if len(parts) > BLOCKS[block]:
        raise Richer("more conditions than the form has")
    data = {f"{block}_joint": joint}
    for row in range(1, BLOCKS[block] + 1):
        part = parts[row - 1] if row <= len(parts) else None
        column, op, value = ("", "=", "") if part is None else _row(part)
        data |= {
            f"{block}_{row}_column": column,
            f"{block}_{row}_op": op,
            f"{block}_{row}_value": value,
        }
    return data


def _row(part: Where) -> tuple[str, str, str]:
    if not isinstance(part, Condition) or not isinstance(part.operand, Column):
        raise Richer("nested conditions")
    value = part.value
    if part.op in UNARY:
        return part.operand.name, part.op, ""
    many = isinstance(value, tuple)
    texts = [_text(one, many) for one in (value if isinstance(value, tuple) else (value,))]
    return part.operand.name, part.op, f"{SEPARATOR} ".join(texts)


def _text(value: Scalar, many: bool) -> str:
    if value is None:
        raise Richer("an empty value in a list")
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else repr(value)
    if not text or text != text.strip() or (many and SEPARATOR in text):
        raise Richer("a value that cannot be typed")
    return text


def field_of(path: str, data: Mapping[str, Any]) -> str:
    """The form's field for a fault that the engine found at ``path`` of the definition."""
    parts = path.removeprefix("definition.").split(".")
    if parts[0] == "exclusions":
        return _field_of_row("except", parts[1:], data)
    if parts[0] != "measure":
        return parts[0]
    for key, block in (("of", "of"), ("among", "where"), ("where", "where")):
        if key in parts:
            return _field_of_row(block, parts[parts.index(key) + 1 :], data)
    measure = data.get("measure")
    if parts[-1] in ("closed", "out"):
        return "to_column"
    if measure in OF_TWO_COLUMNS:
        return "from_column"
    if measure in OF_COLUMN:
        return "percentile" if parts[-1] == "q" else "column"
    return "measure"


def _field_of_row(block: str, rest: list[str], data: Mapping[str, Any]) -> str:
    filled = rows_of(data, block) or [1]
    place = next((int(part) for part in rest if part.isdecimal()), 0)
    what = rest[-1] if rest and rest[-1] in ("column", "op", "value") else "column"
    return f"{block}_{filled[min(place, len(filled) - 1)]}_{what}"
