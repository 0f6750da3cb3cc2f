"""What a check demands, as data that is sound in itself: no rule is stored that cannot be asked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import joined, pattern
from ace_portal.lib.words import sentence as _

UNIQUE, NOT_NULL, RANGE, ACCEPTED = "unique", "not_null", "range", "accepted"
FRESHNESS, ROWS, SQL = "freshness", "rows", "sql"
KINDS = (UNIQUE, NOT_NULL, RANGE, ACCEPTED, FRESHNESS, ROWS, SQL)

ORDERED = ("integer", "number", "date", "timestamp")
LISTED = ("text", "integer", "boolean", "date")
MOST_COLUMNS = 10
MOST_VALUES = 200
LONGEST_VALUE = 200
MOST_HOURS = 10 * 366 * 24
MOST_PERCENT = 1_000_000
LONGEST_SQL = 50_000

Bound = int | float | date | datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """What one check asks. Which fields count depends on the kind; the others are empty.

    ``least`` and ``most`` are written as the column's type is: 1.5, 2024-03-01, or a moment in UTC.
    """

    kind: str
    columns: tuple[str, ...] = ()
    least: str = ""
    most: str = ""
    values: tuple[str, ...] = ()
    hours: float | None = None
    percent: float | None = None
    sql: str = ""

    def to_json(self) -> dict[str, Any]:
        """What the kind needs, without the rest."""
        given = {key: value for key, value in asdict(self).items() if value not in ("", (), None)}
        del given["kind"]
        return {k: list(v) if isinstance(v, tuple) else v for k, v in given.items()}


#: kind → what it is made of
PARTS: dict[str, tuple[str, ...]] = {
    UNIQUE: ("columns",),
    NOT_NULL: ("columns",),
    RANGE: ("columns", "least", "most"),
    ACCEPTED: ("columns", "values"),
    FRESHNESS: ("hours",),
    ROWS: ("percent",),
    SQL: ("sql",),
}


def rule_of(kind: str, given: Mapping[str, Any]) -> Rule:
    """The rule from its stored form or from what a person said; Invalid names what is wrong."""
    if kind not in KINDS:
        raise Invalid(
            _("“%(kind)s” is no kind of check. Kinds: %(known)s.", kind=kind[:40],
              known=", ".join(KINDS)),
            field="kind",
        )  # fmt: skip
    known = {known.name for known in fields(Rule)} & set(PARTS[kind])
    unknown = sorted(name for name, value in given.items() if name not in known and value)
    if unknown:
        raise Invalid(
            _("“%(name)s” means nothing to this kind of check.", name=unknown[0][:40]),
            field=unknown[0],
        )
    taken = {name: value for name, value in given.items() if name in known and value is not None}
    for name in ("columns", "values"):
        if name in taken:
            taken[name] = tuple(dict.fromkeys(str(one) for one in taken[name]))
    rule = Rule(kind, **taken)
    _sound(rule)
    return rule


def _sound(rule: Rule) -> None:
    if "columns" in PARTS[rule.kind]:
        _sound_columns(rule)
    match rule.kind:
        case "range":
            _sound_range(rule)
        case "accepted":
            _sound_values(rule.values)
        case "freshness":
            _within(rule.hours, MOST_HOURS, "hours", above_zero=True)
        case "rows":
            _within(rule.percent, MOST_PERCENT, "percent", above_zero=False)
        case "sql" if not rule.sql.strip():
            raise Invalid(_("Write a query first."), field="sql")
        case "sql" if len(rule.sql) > LONGEST_SQL:
            raise Invalid(_("This query is too long."), field="sql")


def _sound_columns(rule: Rule) -> None:
    if not rule.columns:
        raise Invalid(_("Choose a column."), field="columns")
    most = MOST_COLUMNS if rule.kind in (UNIQUE, NOT_NULL) else 1
    if len(rule.columns) > most:
        raise Invalid(
            _("Choose at most %(n)s here.", n=most) if most > 1 else _("Choose one column."),
            field="columns",
        )


def _sound_range(rule: Rule) -> None:
    if not rule.least and not rule.most:
        raise Invalid(_("Give a least value, a greatest one, or both."), field="least")
    for name, text in (("least", rule.least), ("most", rule.most)):
        if text and (len(text) > 40 or all(as_bound(text, kind) is None for kind in ORDERED)):
            raise Invalid(
                _("“%(value)s” is neither a number nor a date like 2024-03-01.", value=text[:40]),
                field=name,
            )


def _sound_values(values: Sequence[str]) -> None:
    if not values:
        raise Invalid(_("Write the values that may occur, each on a line."), field="values")
    if len(values) > MOST_VALUES:
        raise Invalid(_("At most %(n)s values can be listed.", n=MOST_VALUES), field="values")
    if any(len(value) > LONGEST_VALUE for value in values):
        raise Invalid(_("A value has at most %(n)s characters.", n=LONGEST_VALUE), field="values")


def _within(number: float | None, most: float, field: str, *, above_zero: bool) -> None:
    fits = isinstance(number, int | float) and math.isfinite(number) and 0 <= number <= most
    if not fits or (above_zero and not number):
        raise Invalid(
            _("Give a number above 0, at most %(most)s.", most=f"{most:,}")
            if above_zero
            else _("Give a number from 0 to %(most)s.", most=f"{most:,}"),
            field=field,
        )


def check_types(rule: Rule, types: Mapping[str, str]) -> None:
    """Raise ``Invalid`` unless a load with these columns can be asked."""
    for name in rule.columns:
        if name not in types:
            raise Invalid(
                _("The data has no column “%(name)s”.", name=name), field="columns", column=name
            )
    if rule.kind == RANGE:
        _check_range(rule, types)
    if rule.kind == ACCEPTED and types[rule.columns[0]] not in LISTED:
        raise Invalid(
            _("“%(name)s” has too many values to list: use a range.", name=rule.columns[0]),
            field="columns",
            column=rule.columns[0],
        )


def _check_range(rule: Rule, types: Mapping[str, str]) -> None:
    (column,) = rule.columns
    kind = types[column]
    if kind not in ORDERED:
        raise Invalid(
            _("“%(name)s” has no order: use the accepted values.", name=column),
            field="columns", column=column,
        )  # fmt: skip
    bounds = {name: as_bound(getattr(rule, name), kind) for name in ("least", "most")}
    for name, bound in bounds.items():
        if getattr(rule, name) and bound is None:
            raise Invalid(
                _("“%(value)s” does not fit the column “%(name)s”.",
                  value=getattr(rule, name), name=column),
                field=name,
            )  # fmt: skip
    least, most = bounds["least"], bounds["most"]
    if least is not None and most is not None and least > most:  # type: ignore[operator]
        raise Invalid(_("The least value is above the greatest one."), field="least")


def as_bound(text: str, kind: str) -> Bound | None:
    """The typed value as one of the column's type; None where it is none."""
    try:
        if kind == "date":
            return date.fromisoformat(text)
        if kind == "timestamp":
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo is None else None
        if re.fullmatch(r"-?\d{1,18}", text):
            return int(text)
        number = float(text) if re.fullmatch(r"-?[\d.]+(e-?\d+)?", text) else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def words_of(rule: Rule) -> str:
    """What the rule demands, in a line."""
    names = joined(", ", [_("“%(name)s”", name=name) for name in rule.columns] or [""])
    match rule.kind:
        case "unique" if len(rule.columns) > 1:
            return _("%(names)s together are unique", names=names)
        case "unique":
            return _("%(names)s is unique", names=names)
        case "not_null":
            return _("%(names)s: never empty", names=names)
        case "accepted":
            shown = ", ".join(rule.values[:6]) + (", …" if len(rule.values) > 6 else "")
            return _("%(names)s is one of: %(values)s", names=names, values=shown)
        case "range":
            return _range_words(rule, names)
        case "freshness":
            return _("the data is at most %(n)s hours old", n=f"{rule.hours or 0:g}")
        case "rows":
            return _("the number of rows changes by at most %(n)s %%", n=f"{rule.percent or 0:g}")
        case _:
            first = " ".join(rule.sql.split())
            shown = first if len(first) <= 80 else first[:79] + "…"
            return _("no row answers: %(sql)s", sql=shown)


def _range_words(rule: Rule, names: str) -> str:
    if rule.least and rule.most:
        return _("%(names)s lies from %(least)s to %(most)s", names=names, least=rule.least,
                 most=rule.most)  # fmt: skip
    if rule.least:
        return _("%(names)s is at least %(least)s", names=names, least=rule.least)
    return _("%(names)s is at most %(most)s", names=names, most=rule.most)


def unable(why: str) -> str:
    """Why a check could not be made: that counts as failed."""
    return pattern("%(begin)s %(why)s", begin=_("It could not be checked."), why=why)
