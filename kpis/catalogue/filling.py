"""A template and the columns of a dataset make a definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.catalogue.roles import ROLES, splits, suggested
from kpis.catalogue.templates import TEMPLATES, Template
from kpis.engine.checks import TYPES, check_columns
from kpis.engine.parsing import parse_definition

VALUE = "_value"


def template_of(code: str) -> Template:
    """The template of that code; raises ``Invalid``."""
    if code not in TEMPLATES:
        raise Invalid(_("There is no template “%(code)s”.", code=code), field="template")
    return TEMPLATES[code]


def guesses(template: Template, types: Mapping[str, str]) -> dict[str, str]:
    """Role → the column that most likely plays it, empty where none does; none plays two."""
    found: dict[str, str] = {}
    for key in template.roles:
        left = {name: kind for name, kind in types.items() if name not in found.values()}
        found[key] = suggested(ROLES[key], left)
    return found


def fitting(types: Mapping[str, str]) -> list[Template]:
    """The templates for which a dataset has a column in every role."""
    return [t for t in TEMPLATES.values() if all(guesses(t, types).values())]


def definition_of(
    template: Template,
    types: Mapping[str, str],
    given: Mapping[str, str],
    *,
    distinct: Mapping[str, int | None] | None = None,
    time_zone: str = "UTC",
) -> dict[str, Any]:
    """The definition's JSON. ``given``: role → column, and ``<role>_value`` for a flag's yes.

    Raises ``Invalid`` with the role as its field where a column is missing or does not fit.
    """
    for key in template.roles:
        _check(key, types, given)

    def flag(key: str) -> dict[str, Any]:
        column, value = given[key], given.get(key + VALUE, "").strip()
        if types[column] == "boolean":
            return {"column": column, "op": "=", "value": True}
        if not value:
            raise Invalid(
                _("Which value of “%(name)s” counts as yes?", name=column), field=key + VALUE
            )
        return {"column": column, "op": "=", "value": _typed(key, value, types[column])}

    used = set(given.values())
    definition = {
        "measure": template.measure(given, flag),
        "time_column": given[template.time_role],
        "time_zone": time_zone,
        "grain": "month",
        "dimensions": [name for name in splits(types, distinct or {}) if name not in used][:8],
    }
    check_columns(parse_definition(definition), types)
    return definition


def _check(key: str, types: Mapping[str, str], given: Mapping[str, str]) -> None:
    role, column = ROLES[key], given.get(key, "")
    if not column:
        raise Invalid(_("Which column is it?"), field=key)
    if column not in types:
        raise Invalid(_("The data does not have the column “%(name)s”.", name=column), field=key)
    if types[column] not in role.types:
        raise Invalid(
            _("“%(name)s” is %(type)s, which cannot be this.",
              name=column, type=TYPES[types[column]]),
            field=key,
        )  # fmt: skip


def _typed(key: str, value: str, kind: str) -> str | int:
    if kind != "integer":
        return value
    try:
        return int(value)
    except ValueError as error:
        raise Invalid(
            _("“%(value)s” is not a whole number.", value=value), field=key + VALUE
        ) from error
