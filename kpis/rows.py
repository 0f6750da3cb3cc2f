"""The rows of conditions in the KPI form ↔ a condition of a definition. Pure, as ``formula``.

A block of rows is ``{block}_{row}_column|op|value`` with ``{block}_joint``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.checks import TYPES, as_moment
from kpis.engine.definition import AllOf, AnyOf, Column, Condition, Scalar, Where
from kpis.sources.csv.convert import FALSE, TRUE

#: block → how many conditions it takes
BLOCKS = {"of": 3, "where": 3, "except": 1}
LISTS, UNARY = ("in", "not in"), ("is null", "is not null")
SEPARATOR = ";"
EXAMPLES = {"date": "2024-05-31", "timestamp": _("2024-05-31 or 2024-05-31 14:30")}


class Richer(Exception):
    """The definition says what the form has no words for; it can be changed through the API."""


def rows_of(data: Mapping[str, Any], block: str) -> list[int]:
    """The numbers of the rows of a block in which anything is filled in."""
    return [
        row
        for row in range(1, BLOCKS[block] + 1)
        if data[f"{block}_{row}_column"] or data[f"{block}_{row}_value"]
    ]


def where_of(
    data: Mapping[str, Any], block: str, types: Mapping[str, str]
) -> dict[str, Any] | None:
    """The condition of a block; none where nothing is filled in."""
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


def block_of(block: str, where: Where | None) -> dict[str, Any]:
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


def field_of_row(block: str, rest: list[str], data: Mapping[str, Any]) -> str:
    filled = rows_of(data, block) or [1]
    place = next((int(part) for part in rest if part.isdecimal()), 0)
    what = rest[-1] if rest and rest[-1] in ("column", "op", "value") else "column"
    return f"{block}_{filled[min(place, len(filled) - 1)]}_{what}"
