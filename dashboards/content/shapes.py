"""Which tiles a KPI can be shown as."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid
from dashboards.content.document import TileSpec
from dashboards.content.live import check_title
from dashboards.content.sources import Source
from kpis.analysis.drivers import kind_of
from kpis.engine.definition import Aggregate, Column, Duration
from kpis.engine.drivers import is_additive

#: what shows several KPIs
SEVERAL = ("combined", "funnel", "scatter", "table")
NUMBERS = ("integer", "number")
#: the aggregates that are made of the values of a column
SPREADING = ("sum", "avg", "min", "max", "quantile")


def check_shape(tile: TileSpec, source: Source) -> None:
    """Raises ``Invalid`` where a tile would show what the KPI has not, or what means nothing."""
    for field, name in (("by", tile.by), ("across", tile.across)):
        if name and name not in source.definition.dimensions:
            raise Invalid(
                _("%(kpi)s cannot be split by “%(by)s”.") % {"kpi": source.kpi, "by": name},
                field=field,
            )
    if tile.grain and not source.timed:
        raise Invalid(
            _("%(kpi)s has no date, so it has no periods.") % {"kpi": source.kpi}, field="grain"
        )
    if tile.type == "funnel" and source.version.unit == "percent":
        raise Invalid(
            _("%(kpi)s is a share: the steps of a funnel are counts.") % {"kpi": source.kpi},
            field="kpi_versions",
        )
    if tile.type == "waterfall":
        _check_fall(source)
    if tile.type in {"histogram", "box"}:
        operand_of(source)
    if adds_up(tile) and not is_additive(source.definition):
        raise Invalid(_refusal(tile) % {"kpi": source.kpi}, field=_field(tile))


def _check_fall(source: Source) -> None:
    if not source.timed:
        raise Invalid(
            _("%(kpi)s has no date, so it has no period before.") % {"kpi": source.kpi},
            field="kpi_version",
        )
    if kind_of(source.definition) == "own":
        raise Invalid(
            _("What moved the parts of %(kpi)s does not add up to what moved the whole.")
            % {"kpi": source.kpi},
            field="by",
        )


def operand_of(source: Source) -> Aggregate:
    """The aggregate over a column of numbers, of whose values a spread can be shown.

    Raises ``Invalid`` where a KPI is made of no such column.
    """
    basic = source.definition.basic
    match basic:
        case Aggregate(agg, Duration()) if agg in SPREADING:
            return basic
        case Aggregate(agg, Column(name)) if agg in SPREADING:
            if source.own_types.get(name, "number") in NUMBERS:
                return basic
    raise Invalid(
        _("%(kpi)s is not made of a column of numbers, so it has no spread to show.")
        % {"kpi": source.kpi},
        field="kpi_version",
    )


def _calendar(source: Source, grain: str | None) -> tuple[object, ...]:
    """What decides where the periods of a grain begin."""
    definition = source.definition
    week = definition.week_start if grain == "week" else 0
    year = definition.fiscal_start if grain in {"quarter", "year"} else 1
    return definition.time_zone, week, year


def check_calendars(sources: Sequence[Source], grain: str | None) -> None:
    """Raises ``Invalid`` where the periods of two KPIs begin at different times."""
    if len({_calendar(source, grain) for source in sources}) > 1:
        zones = ", ".join(dict.fromkeys(source.definition.time_zone for source in sources))
        raise Invalid(
            _("The periods of these KPIs begin at different times (%(zones)s), so bars and line "
              "would not stand for the same. Show them in two charts.") % {"zones": zones},
            field="line",
        )  # fmt: skip


def check_together(tile: TileSpec, sources: Sequence[Source]) -> None:
    """Raises ``Invalid`` where the KPIs of a tile do not go with each other."""
    units = {(source.version.unit, source.version.unit_label) for source in sources}
    if tile.type == "funnel" and len(units) > 1:
        raise Invalid(_("The steps of a funnel are measured in one unit."), field="kpi_versions")
    if tile.type == "combined":
        check_calendars(sources, tile.grain)
    check_title(tile.title, has_figures=bool(sources))


def adds_up(tile: TileSpec) -> bool:
    """Whether a tile puts the parts of a figure together, as only a count or a sum allows."""
    stacked = tile.type == "area" and tile.by is not None
    return stacked or tile.arrange == "stacked" or tile.type == "pie"


def _refusal(tile: TileSpec) -> str:
    if tile.type == "pie":
        return _(
            "The parts of %(kpi)s do not add up to a whole, so a pie would mislead: take bars."
        )
    if tile.type == "area":
        return _("The parts of %(kpi)s do not add up, so areas on each other would mislead: take "
                 "lines.")  # fmt: skip
    return _("The parts of %(kpi)s do not add up, so they cannot be stacked: put them beside each "
             "other.")  # fmt: skip


def _field(tile: TileSpec) -> str:
    return "arrange" if tile.type == "bar" else "by"
