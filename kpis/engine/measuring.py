"""From JSON to a measure, every refusal a sentence that names the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.arithmetic import canonical_formula
from kpis.engine.conditions import optional_where, parse_operand, parse_where
from kpis.engine.definition import (
    ADDITIVE,
    AGGREGATES,
    PER,
    SINCE,
    Aggregate,
    Basic,
    Formula,
    Measure,
    Net,
    Rate,
    Ratio,
    Share,
    Stock,
    Where,
    Window,
)
from kpis.engine.pieces import (
    choice,
    list_of,
    listed,
    name_of,
    number_of,
    object_of,
    only,
    required,
    whole,
)

MOST_PERIODS = 1_000
MOST_KPIS = 20
_MEASURE = _("A measure")
_SHARE = _("A share")
_PAIRS = {"stock": _("A stock"), "net": _("A net")}
_WINDOW = _("A window")
_RATE = _("A rate")
_KPIS = _("The KPIs of a formula")
_BASIC = ("agg", "share", "ratio", "stock", "net")
_KINDS = (*_BASIC, "rate", "window", "formula")


def parse_measure(data: Any, field: str = "measure") -> Measure:
    """The measure that a JSON object spells; raises ``Invalid``."""
    data = object_of(data, field, _MEASURE)
    kind = _kind(data, field, _KINDS)
    match kind:
        case "window":
            return _window(data, field)
        case "rate":
            return _rate(data, field)
        case "formula":
            return _formula(data, field)
        case _:
            return _basic(data, field, kind)


def _kind(data: Mapping[str, Any], field: str, known: tuple[str, ...]) -> str:
    kinds = [kind for kind in known if kind in data]
    if len(kinds) != 1:
        raise Invalid(_("A measure is exactly one of %(kinds)s.", kinds=listed(known)), field=field)
    return kinds[0]


def _basic(data: Mapping[str, Any], field: str, kind: str) -> Basic:
    match kind:
        case "agg":
            return _aggregate(data, field)
        case "share":
            return _share(data, field)
        case "ratio":
            return _ratio(data, field)
        case "stock":
            opened, closed, where = _two_columns(data, field, "stock", "opened", "closed")
            return Stock(opened, closed, where)
        case _:
            came, went, where = _two_columns(data, field, "net", "in", "out")
            return Net(came, went, where)


def _aggregate(data: Any, field: str) -> Aggregate:
    data = object_of(data, field, _MEASURE)
    if "agg" not in data:
        raise Invalid(_("Each side of a ratio is one aggregate, such as a count."), field=field)
    agg = choice(data["agg"], AGGREGATES, f"{field}.agg")
    known = ("agg", "column", "where", "q") if agg == "quantile" else ("agg", "column", "where")
    only(data, known, field)
    if agg != "count":
        required(data, ("column",), field)
    q = None
    if agg == "quantile":
        required(data, ("q",), field)
        q = float(number_of(data["q"], f"{field}.q"))
        if not 0 <= q <= 1:
            raise Invalid(
                _("A quantile lies between 0 and 1, 0.5 is the median."), field=f"{field}.q"
            )
    operand = parse_operand(data["column"], f"{field}.column") if "column" in data else None
    return Aggregate(agg, operand, q, optional_where(data, field))


def _share(data: Mapping[str, Any], field: str) -> Share:
    only(data, ("share",), field)
    field = f"{field}.share"
    inner = object_of(data["share"], field, _SHARE)
    only(inner, ("of", "among"), field)
    required(inner, ("of",), field)
    of = parse_where(inner["of"], f"{field}.of")
    return Share(of, optional_where(inner, field, "among"))


def _ratio(data: Mapping[str, Any], field: str) -> Ratio:
    only(data, ("ratio", "scale"), field)
    pair = list_of(data["ratio"], f"{field}.ratio", 2, 2)
    scale = number_of(data.get("scale", 1), f"{field}.scale")
    if scale <= 0:
        raise Invalid(_("The scale of a ratio is greater than zero."), field=f"{field}.scale")
    numerator, denominator = (_aggregate(part, f"{field}.ratio.{i}") for i, part in enumerate(pair))
    return Ratio(numerator, denominator, scale)


def _two_columns(
    data: Mapping[str, Any], field: str, kind: str, first: str, second: str
) -> tuple[str, str, Where | None]:
    only(data, (kind,), field)
    field = f"{field}.{kind}"
    inner = object_of(data[kind], field, _PAIRS[kind])
    only(inner, (first, second, "where"), field)
    required(inner, (first, second), field)
    return (
        name_of(inner[first], f"{field}.{first}"),
        name_of(inner[second], f"{field}.{second}"),
        optional_where(inner, field),
    )


def _window(data: Mapping[str, Any], field: str) -> Window:
    only(data, ("window",), field)
    field = f"{field}.window"
    inner = object_of(data["window"], field, _WINDOW)
    required(inner, ("measure", "kind"), field)
    kind = choice(inner["kind"], ("cumulative", "moving"), f"{field}.kind")
    extra = "periods" if kind == "moving" else "since"
    only(inner, ("measure", "kind", extra), field)
    periods = since = None
    if kind == "moving":
        required(inner, ("periods",), field)
        periods = whole(inner["periods"], f"{field}.periods", 2, MOST_PERIODS)
    else:
        since = choice(inner.get("since", "year"), SINCE, f"{field}.since")
    at = f"{field}.measure"
    given = object_of(inner["measure"], at, _MEASURE)
    if "rate" in given:
        return Window(_rate(given, at), periods, since)
    measure = _basic(given, at, _kind(given, at, _BASIC))
    if isinstance(measure, Stock):
        raise Invalid(_("A stock has its past in it already: it takes no window."), field=at)
    return Window(measure, periods, since)


def _rate(data: Mapping[str, Any], field: str) -> Rate:
    only(data, ("rate",), field)
    field = f"{field}.rate"
    inner = object_of(data["rate"], field, _RATE)
    only(inner, ("measure", "per"), field)
    required(inner, ("measure", "per"), field)
    at = f"{field}.measure"
    given = object_of(inner["measure"], at, _MEASURE)
    measure = _basic(given, at, _kind(given, at, _BASIC))
    per = choice(inner["per"], PER, f"{field}.per")
    if isinstance(measure, Net) or (isinstance(measure, Aggregate) and measure.agg in ADDITIVE):
        return Rate(measure, per)
    raise Invalid(_("Only counts, sums and net flows have a rate per unit of time."), field=at)


def _formula(data: Mapping[str, Any], field: str) -> Formula:
    only(data, ("formula", "kpis"), field)
    required(data, ("kpis",), field)
    at = f"{field}.kpis"
    kpis = object_of(data["kpis"], at, _KPIS)
    if not 1 <= len(kpis) <= MOST_KPIS:
        raise Invalid(_("A formula has 1 to %(n)s KPIs.", n=MOST_KPIS), field=at)
    named = {str(name): name_of(slug, f"{at}.{name}") for name, slug in kpis.items()}
    text = canonical_formula(data["formula"], frozenset(named), f"{field}.formula")
    return Formula(text, tuple(sorted(named.items())))
