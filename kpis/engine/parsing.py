"""From JSON to a definition, every refusal a sentence that names the field."""

from __future__ import annotations

from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.calendars import zone_of
from kpis.engine.conditions import parse_where
from kpis.engine.definition import GRAINS, NULL_RULES, Definition, Formula
from kpis.engine.measuring import parse_measure
from kpis.engine.pieces import choice, list_of, name_of, object_of, only, whole

__all__ = ["parse_definition", "parse_measure", "parse_where"]

_DEFINITION = _("A definition")


def parse_definition(data: Any) -> Definition:
    """The definition that a JSON object spells.

    Raises ``Invalid`` with a sentence and ``field``, the path of the fault ("measure.share.of").
    """
    data = object_of(data, "", _DEFINITION)
    known = (
        *("measure", "time_column", "time_zone", "grain", "dimensions"),
        *("exclusions", "null_rule", "min_cases", "week_start", "fiscal_start"),
    )
    only(data, known, "")
    if "measure" not in data:
        raise Invalid(_("A definition needs a measure."), field="measure")
    time_column = data.get("time_column")
    exclusions = data.get("exclusions")
    measure = parse_measure(data["measure"])
    for name in ("time_column", "exclusions"):
        if isinstance(measure, Formula) and data.get(name) is not None:
            raise Invalid(_("A formula leaves dates and rows to its KPIs."), field=name)
    return Definition(
        measure=measure,
        time_column=None if time_column is None else name_of(time_column, "time_column"),
        time_zone=zone_of(data.get("time_zone", "UTC"), "time_zone"),
        grain=choice(data.get("grain", "month"), GRAINS, "grain"),
        dimensions=_dimensions(data.get("dimensions", [])),
        exclusions=None if exclusions is None else parse_where(exclusions, "exclusions"),
        null_rule=choice(data.get("null_rule", "not_met"), NULL_RULES, "null_rule"),
        min_cases=whole(data.get("min_cases", 10), "min_cases", 0, 1_000_000),
        week_start=whole(data.get("week_start", 0), "week_start", 0, 6),
        fiscal_start=whole(data.get("fiscal_start", 1), "fiscal_start", 1, 12),
    )


def _dimensions(data: Any) -> tuple[str, ...]:
    names = [
        name_of(name, f"dimensions.{i}")
        for i, name in enumerate(list_of(data, "dimensions", 0, 50))
    ]
    if len(set(names)) < len(names):
        raise Invalid(_("Each dimension is named once."), field="dimensions")
    return tuple(names)
