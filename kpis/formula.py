"""What the KPI form says ↔ a definition. Pure: flat names and plain values on one side, JSON on
the other.

The form's names: ``measure`` (one of ``MEASURES``), ``column``, ``percentile`` (0 to 100),
``statistic``, ``from_column``, ``to_column``, ``duration_unit``; conditions as
``{block}_{row}_column|op|value`` with ``{block}_joint``, where block is ``of``, ``where`` or
``except``; and the definition's own ``time_column``, ``time_zone``, ``grain``, ``dimensions``,
``null_rule``, ``min_cases``, ``week_start``, ``fiscal_start``. Around the measure stand ``per``
(the unit of time of a rate) and ``window`` (one of ``WINDOWS``) with ``window_periods``;
``calendar`` is the key of a duration's working hours, ``OFFICE`` or one that is handed over. Each
is empty where it plays no part.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.definition import (
    Aggregate,
    Column,
    Definition,
    Duration,
    Net,
    Operand,
    Share,
    Stock,
    Where,
    Window,
)
from kpis.engine.hours import hours_json
from kpis.rows import Richer, block_of, field_of_row, where_of

Calendars = Mapping[str, Mapping[str, Any]]

MEASURES = (
    *("count", "share", "duration", "stock", "net"),
    *("sum", "avg", "min", "max", "count_distinct", "quantile"),
)
STATISTICS = ("quantile", "avg", "min", "max", "sum")
OF_COLUMN = ("sum", "avg", "min", "max", "count_distinct", "quantile")
OF_TWO_COLUMNS = ("duration", "stock", "net")
#: what has a rate per unit of time
RATED = ("count", "sum", "count_distinct", "net")
#: name → how a figure looks at more than its own period
WINDOWS = ("moving", "year", "all")
OFFICE = "office"
OFFICE_WEEK = [[["09:00", "17:00"]]] * 5 + [[], []]


def to_definition(
    data: Mapping[str, Any], types: Mapping[str, str], calendars: Calendars | None = None
) -> dict[str, Any]:
    """The definition as JSON; raises ``Invalid`` with the form's own name as the field."""
    out: dict[str, Any] = {
        "measure": _windowed(data, _measure(data, types, calendars or {})),
        "time_zone": data["time_zone"],
        "grain": data["grain"],
        "dimensions": list(data["dimensions"]),
        "null_rule": data["null_rule"],
        "min_cases": data["min_cases"],
        "week_start": data["week_start"],
    }
    if data["fiscal_start"] != 1:
        out["fiscal_start"] = data["fiscal_start"]
    if data["time_column"]:
        out["time_column"] = data["time_column"]
    exclusions = where_of(data, "except", types)
    if exclusions is not None:
        out["exclusions"] = exclusions
    return out


def _windowed(data: Mapping[str, Any], measure: dict[str, Any]) -> dict[str, Any]:
    """The measure with its rate and its window."""
    if data["per"]:
        measure = {"rate": {"measure": measure, "per": data["per"]}}
    match data["window"]:
        case "":
            return measure
        case "moving":
            if data["window_periods"] is None:
                raise Invalid(_("How many periods?"), field="window_periods")
            how: dict[str, Any] = {"kind": "moving", "periods": data["window_periods"]}
        case since:
            how = {"kind": "cumulative", "since": since}
    return {"window": {"measure": measure, **how}}


def office_hours(zone: str) -> dict[str, Any]:
    """Monday to Friday, nine to five, by the clock of a zone: what is there without being made."""
    return {"name": "Office hours", "zone": zone, "week": OFFICE_WEEK, "holidays": []}


def calendar_key(content: Mapping[str, Any]) -> str:
    """What the form calls a calendar: the same content has the same name."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _measure(
    data: Mapping[str, Any], types: Mapping[str, str], calendars: Calendars
) -> dict[str, Any]:
    measure = data["measure"]
    where = where_of(data, "where", types)
    among = {} if where is None else {"where": where}
    if measure in OF_TWO_COLUMNS:
        start, end = _needed(data, "from_column"), _needed(data, "to_column")
    match measure:
        case "count":
            return {"agg": "count", **among}
        case "share":
            of = where_of(data, "of", types)
            if of is None:
                why = _("Say which rows count as met: a column, a comparison and a value.")
                raise Invalid(why, field="of_1_column")
            return {"share": {"of": of} | ({} if where is None else {"among": where})}
        case "duration":
            operand: dict[str, Any] = {"from": start, "to": end, "unit": data["duration_unit"]}
            if data["calendar"]:
                known = {**calendars, OFFICE: office_hours(data["time_zone"])}
                if data["calendar"] not in known:
                    raise Invalid(_("This calendar is gone."), field="calendar")
                operand["calendar"] = known[data["calendar"]]
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


# Back --------------------------------------------------------------------------------------------


def to_form(definition: Definition) -> dict[str, Any]:
    """The form's data that say this definition; raises ``Richer`` where there are none."""
    data: dict[str, Any] = {
        "column": "", "percentile": Decimal(50), "statistic": "quantile",
        "from_column": "", "to_column": "", "duration_unit": "h",
        "time_column": definition.time_column or "", "time_zone": definition.time_zone,
        "grain": definition.grain, "dimensions": list(definition.dimensions),
        "null_rule": definition.null_rule, "min_cases": definition.min_cases,
        "week_start": definition.week_start, "fiscal_start": definition.fiscal_start,
        "calendar": "", **_window(definition),
    }  # fmt: skip
    of: Where | None = None
    match definition.basic:
        case Aggregate(agg, operand, q, where):
            data |= _aggregate(agg, operand, q)
            if isinstance(operand, Duration) and operand.hours is not None:
                content = hours_json(operand.hours)
                plain = content == office_hours(definition.time_zone)
                data["calendar"] = OFFICE if plain else calendar_key(content)
        case Share(of, where):
            data["measure"] = "share"
        case Stock(start, end, where):
            data |= {"measure": "stock", "from_column": start, "to_column": end}
        case Net(start, end, where):
            data |= {"measure": "net", "from_column": start, "to_column": end}
        case _:
            raise Richer("a ratio or a formula")
    for block, condition in (("of", of), ("where", where), ("except", definition.exclusions)):
        data |= block_of(block, condition)
    return data


def _window(definition: Definition) -> dict[str, Any]:
    rate, window = definition.rate, definition.measure
    data = {"per": rate.per if rate else "", "window": "", "window_periods": 3}
    if not isinstance(window, Window):
        return data
    if window.periods is None:
        return data | {"window": window.since}
    return data | {"window": "moving", "window_periods": window.periods}


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


def field_of(path: str, data: Mapping[str, Any]) -> str:
    """The form's field for a fault that the engine found at ``path`` of the definition."""
    parts = path.removeprefix("definition.").split(".")
    if parts[0] == "exclusions":
        return field_of_row("except", parts[1:], data)
    if parts[0] != "measure":
        return parts[0]
    for key, field in (("window", "window"), ("rate", "per")):
        if parts[1:2] == [key]:
            if parts[2:3] == ["periods"]:
                return "window_periods"
            if len(parts) < 4:
                return field
            parts = ["measure", *parts[3:]]
    for key, field in (("calendar", "calendar"), ("unit", "duration_unit")):
        if key in parts:
            return field
    for key, block in (("of", "of"), ("among", "where"), ("where", "where")):
        if key in parts:
            return field_of_row(block, parts[parts.index(key) + 1 :], data)
    measure = data.get("measure")
    if parts[-1] in ("closed", "out"):
        return "to_column"
    if measure in OF_TWO_COLUMNS:
        return "from_column"
    if measure in OF_COLUMN:
        return "percentile" if parts[-1] == "q" else "column"
    return "measure"
