"""A definition in plain words, so that a reader need not know how it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ace_portal.lib.words import gettext_noop, joined, pattern
from ace_portal.lib.words import sentence as _
from kpis.engine.arithmetic import TYPESET, parse_formula, written
from kpis.engine.definition import (
    Aggregate,
    AllOf,
    AnyOf,
    Basic,
    Column,
    Condition,
    Definition,
    Formula,
    Net,
    Not,
    Operand,
    Ratio,
    Scalar,
    Share,
    Stock,
    Where,
    Window,
    hours_of,
)
from kpis.engine.weeks import hours_words

_BETWEEN = {
    "s": gettext_noop("seconds from %(start)s to %(end)s"),
    "min": gettext_noop("minutes from %(start)s to %(end)s"),
    "h": gettext_noop("hours from %(start)s to %(end)s"),
    "d": gettext_noop("days from %(start)s to %(end)s"),
}
_WORKED = {
    "s": gettext_noop("working seconds from %(start)s to %(end)s"),
    "min": gettext_noop("working minutes from %(start)s to %(end)s"),
    "h": gettext_noop("working hours from %(start)s to %(end)s"),
}
_RATES = {
    "hour": gettext_noop("%(what)s, per hour"),
    "day": gettext_noop("%(what)s, per day"),
    "week": gettext_noop("%(what)s, per week"),
}
_LENGTHS = {
    "hour": gettext_noop("hours of the period"),
    "day": gettext_noop("days of the period"),
    "week": gettext_noop("weeks of the period"),
}
_MOVING = {
    "hour": gettext_noop("%(what)s, over %(n)s hours"),
    "day": gettext_noop("%(what)s, over %(n)s days"),
    "week": gettext_noop("%(what)s, over %(n)s weeks"),
    "month": gettext_noop("%(what)s, over %(n)s months"),
    "quarter": gettext_noop("%(what)s, over %(n)s quarters"),
    "year": gettext_noop("%(what)s, over %(n)s years"),
}
_AGGREGATES = {
    "sum": gettext_noop("sum of %(what)s"),
    "avg": gettext_noop("average of %(what)s"),
    "min": gettext_noop("smallest %(what)s"),
    "max": gettext_noop("largest %(what)s"),
    "count_distinct": gettext_noop("number of different values of %(what)s"),
    "count": gettext_noop("number of rows with %(what)s"),
}
_OPS = {
    "=": gettext_noop("%(name)s is %(value)s"),
    "!=": gettext_noop("%(name)s is not %(value)s"),
    "<": gettext_noop("%(name)s is less than %(value)s"),
    "<=": gettext_noop("%(name)s is at most %(value)s"),
    ">": gettext_noop("%(name)s is more than %(value)s"),
    ">=": gettext_noop("%(name)s is at least %(value)s"),
    "in": gettext_noop("%(name)s is one of %(value)s"),
    "not in": gettext_noop("%(name)s is none of %(value)s"),
    "contains": gettext_noop("%(name)s contains %(value)s"),
}
_MANY = 5


@dataclass(frozen=True, slots=True)
class Words:
    """What a KPI says: the whole in one line, its two sides if it has them, which rows count."""

    formula: str
    numerator: str = ""
    denominator: str = ""
    conditions: tuple[str, ...] = ()


def words(definition: Definition, labels: Mapping[str, str] | None = None) -> Words:
    """The definition in words; ``labels`` are names for columns that say more than their own."""
    writer = _Writer(labels or {})
    formula, numerator, denominator = writer.whole(definition)
    conditions: list[str] = []
    if definition.exclusions is not None:
        left_out = writer.where(definition.exclusions)
        conditions.append(_("rows are left out where %(condition)s", condition=left_out))
    conditions += [
        _("working time is %(hours)s", hours=hours_words(hours))
        for hours in dict.fromkeys(hours_of(definition))
    ]
    if isinstance(definition.basic, Share):
        conditions.append(
            _("a row whose condition is unknown is left out")
            if definition.null_rule == "exclude"
            else _("a row whose condition is unknown counts as not met")
        )
    if isinstance(definition.measure, Window):
        conditions.append(_("a figure is that of the end of its period or range"))
    if definition.time_column and not isinstance(definition.basic, Stock | Net):
        column, zone = writer.name(definition.time_column), definition.time_zone
        conditions.append(
            _("a row belongs to the period of its %(column)s (%(zone)s)", column=column, zone=zone)
        )
    return Words(formula, numerator, denominator, tuple(conditions))


def _windowed(formula: str, window: Window, definition: Definition) -> str:
    if window.periods is not None:
        return pattern(_MOVING[definition.grain], what=formula, n=window.periods)
    if window.since == "all":
        return _("%(what)s, since the data begins", what=formula)
    if definition.fiscal_start != 1:
        return _("%(what)s, since the fiscal year began", what=formula)
    return _("%(what)s, since the year began", what=formula)


def where_words(where: Where, labels: Mapping[str, str] | None = None) -> str:
    """A condition in words."""
    return _Writer(labels or {}).where(where)


@dataclass(frozen=True, slots=True)
class _Writer:
    labels: Mapping[str, str]

    def name(self, column: str) -> str:
        return self.labels.get(column, column)

    def operand(self, operand: Operand) -> str:
        if isinstance(operand, Column):
            return self.name(operand.name)
        start, end = self.name(operand.start), self.name(operand.end)
        texts = _BETWEEN if operand.hours is None else _WORKED
        return pattern(texts[operand.unit], start=start, end=end)

    def whole(self, definition: Definition) -> tuple[str, str, str]:
        """Formula, numerator and denominator of the measure, with its rate and window."""
        basic = definition.basic
        if isinstance(basic, Formula):
            return self.formula(basic), "", ""
        formula, numerator, denominator = self.measure(basic)
        if definition.rate is not None:
            numerator, denominator = formula, pattern(_LENGTHS[definition.rate.per])
            formula = pattern(_RATES[definition.rate.per], what=formula)
        if isinstance(definition.measure, Window):
            formula = _windowed(formula, definition.measure, definition)
        return formula, numerator, denominator

    def formula(self, formula: Formula) -> str:
        names = dict(formula.kpis)
        return written(parse_formula(formula.text), lambda name: self.name(names[name]), TYPESET)

    def measure(self, measure: Basic) -> tuple[str, str, str]:
        """Formula, numerator and denominator."""
        match measure:
            case Aggregate():
                return self.aggregate(measure), "", ""
            case Share():
                return self.share(measure)
            case Ratio(numerator, denominator, scale):
                over, under = self.aggregate(numerator), self.aggregate(denominator)
                ratio = pattern("%(over)s ÷ %(under)s", over=over, under=under)
                if scale != 1:
                    ratio = _("%(ratio)s, times %(scale)s", ratio=ratio, scale=_number(scale))
                return ratio, over, under
            case Stock(opened, closed, where):
                text = _(
                    "rows open at the end of the period, by %(opened)s and %(closed)s",
                    opened=self.name(opened),
                    closed=self.name(closed),
                )
                return self._among(text, where), "", ""
            case Net(came, went, where):
                text = _(
                    "rows that came, by %(came)s, minus rows that went, by %(went)s",
                    came=self.name(came),
                    went=self.name(went),
                )
                return self._among(text, where), "", ""

    def share(self, share: Share) -> tuple[str, str, str]:
        """Formula, numerator and denominator of a share."""
        of = self.where(share.of)
        if share.among is None:
            counted, met = _("all rows"), _("rows where %(condition)s", condition=of)
        else:
            among, inner = self.where(share.among), self.where(share.of, inner=True)
            counted = _("rows where %(condition)s", condition=among)
            met = _("rows where %(condition)s and %(other)s", condition=among, other=inner)
        formula = _("share of rows where %(condition)s, among %(rows)s", condition=of, rows=counted)
        return formula, met, counted

    def aggregate(self, aggregate: Aggregate) -> str:
        if aggregate.operand is None:
            return self._among(_("number of rows"), aggregate.where)
        operand, q = self.operand(aggregate.operand), aggregate.q or 0.0
        if aggregate.agg != "quantile":
            text = pattern(_AGGREGATES[aggregate.agg], what=operand)
        elif q == 0.5:
            text = _("median of %(what)s", what=operand)
        else:
            percent = _number(round(q * 100, 6))
            text = _("%(percent)s %% quantile of %(what)s", percent=percent, what=operand)
        return self._among(text, aggregate.where)

    def where(self, where: Where, *, inner: bool = False) -> str:
        match where:
            case AllOf(parts) | AnyOf(parts):
                said = [self.where(part, inner=len(parts) > 1) for part in parts]
                text = joined(_(" and ") if isinstance(where, AllOf) else _(" or "), said)
                return pattern("(%(text)s)", text=text) if inner and len(parts) > 1 else text
            case Not(part):
                return _("not (%(condition)s)", condition=self.where(part))
            case Condition():
                return self._condition(where)

    def _among(self, text: str, where: Where | None) -> str:
        if where is None:
            return text
        return _("%(rows)s where %(condition)s", rows=text, condition=self.where(where))

    def _condition(self, condition: Condition) -> str:
        name, value = self.operand(condition.operand), condition.value
        match condition.op:
            case "is null":
                return _("%(name)s is empty", name=name)
            case "is not null":
                return _("%(name)s is not empty", name=name)
            case "between" if isinstance(value, tuple):
                low, high = _value(value[0]), _value(value[1])
                return _("%(name)s is from %(low)s to %(high)s", name=name, low=low, high=high)
            case op:
                said = _values(value) if isinstance(value, tuple) else _value(value)
                return pattern(_OPS[op], name=name, value=said)


def _values(values: tuple[Scalar, ...]) -> str:
    shown = [_value(value) for value in values]
    if len(shown) > _MANY:
        some, n = joined(", ", shown[:_MANY]), len(shown) - _MANY
        return _("%(some)s and %(n)s more", some=some, n=n)
    if len(shown) < 2:
        return shown[0] if shown else ""
    return _("%(one)s or %(other)s", one=joined(", ", shown[:-1]), other=shown[-1])


def _value(value: Scalar) -> str:
    if value is None:
        return _("empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("“%(value)s”", value=value) if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 and round(value, 4) == value else f"{value}"
