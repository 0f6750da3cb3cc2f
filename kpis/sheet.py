"""A KPI's figures as its page shows them, from rows that are already read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from kpis.asking import definition_of
from kpis.curve import Curve, Dot, Spark, curve, spark
from kpis.display import (
    Delta,
    Shown,
    change_text,
    difference_text,
    good_text,
    is_percent,
    period_text,
    scaled,
    shown,
    shown_value,
    status_word,
    tick_text,
)
from kpis.engine.change import change
from kpis.engine.definition import Definition
from kpis.engine.query import is_level
from kpis.engine.result import Figure, State
from kpis.engine.status import Direction, Target
from kpis.goals import grows, is_judged, judged, target_on
from kpis.models import KPIVersion, Measurement
from kpis.selectors.history import restatements_of


@dataclass(frozen=True)
class Was:
    """What an earlier load had."""

    value: Shown
    load: int
    at: datetime


@dataclass(frozen=True)
class Unusual:
    """A figure that season and trend do not explain."""

    word: str
    expected: Shown
    low: Shown
    high: Shown


@dataclass(frozen=True)
class Row:
    """One period."""

    label: str
    figure: Figure
    value: Shown
    status: str
    word: str
    goal: str
    target: Target | None
    delta: Delta | None
    partial: bool
    few: bool
    start: datetime
    end: datetime
    was: tuple[Was, ...] = ()
    unusual: Unusual | None = None


@dataclass(frozen=True)
class Sheet:
    """The figures of one version, periods ascending; ``now`` is the one that counts today."""

    rows: tuple[Row, ...] = ()
    now: Row | None = None
    spark: Spark | None = None
    curve: Curve | None = None
    headline: str = ""
    axis: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    level: bool = False
    backwards: tuple[Row, ...] = field(default=())


def sheet(
    version: KPIVersion,
    measurements: Sequence[Measurement],
    before: Mapping[datetime, Sequence[Measurement]] | None = None,
    switches: Mapping[str, datetime] | None = None,
    *,
    cut: bool = False,
) -> Sheet:
    """Reads ``version.kpi.targets``; periods before the data begins are left out.

    ``switches`` are the moments at which a version took over, by its name. ``cut`` figures are of
    some rows only, those open to the reader.
    """
    definition = definition_of(version)
    known = [n for n, row in enumerate(measurements) if row.state != State.NO_DATA]
    if not known:
        return Sheet(level=is_level(definition))
    # Where the data begins inside the first period, it is less by that alone.
    alike = 1 if known[0] and grows(version) else 0
    rows: list[Row] = []
    for measured in measurements[known[0] :]:
        was = (before or {}).get(measured.period_start, ())
        earlier = rows[-1] if len(rows) > alike else None
        rows.append(_row(version, definition, measured, earlier, was, cut=cut))
    level = is_level(definition)
    now = _now(rows, level=level)
    dots = [_dot(row, version, switches or {}) for row in rows]
    drawn = curve(dots)
    return Sheet(
        rows=tuple(rows),
        now=now,
        spark=spark(dots),
        curve=drawn,
        headline=_headline(rows, now),
        axis=tuple(_axis_text(line.value, version) for line in drawn.grid) if drawn else (),
        goals=tuple(str(_typed(goal.value, version)) for goal in drawn.goals) if drawn else (),
        level=level,
        backwards=tuple(reversed(rows)),
    )


@dataclass(frozen=True)
class Restated:
    """A full period as it was first reported, and as it is now."""

    label: str
    then: Shown
    load: int
    at: datetime
    now: Shown
    delta: Delta | None


def restatement_rows(
    version: KPIVersion,
    now: Sequence[Measurement],
    before: Mapping[datetime, Sequence[Measurement]],
) -> list[Restated]:
    """Newest period first."""
    definition = definition_of(version)
    zone, found = ZoneInfo(definition.time_zone), []
    for row in restatements_of(now, before):
        then, here = figure_of(row.then), figure_of(row.now)
        start = row.now.period_start.astimezone(zone)
        found.append(
            Restated(
                label=period_text(start, row.now.grain, definition.fiscal_start),
                then=shown(then, version),
                load=row.then.load.number,
                at=row.then.created_at,
                now=shown(here, version),
                delta=difference_text(change(here, then, is_share=is_percent(version)), version),
            )
        )
    return found


def figure_of(measured: Measurement) -> Figure:
    return Figure(
        measured.value, State(measured.state), measured.numerator, measured.denominator,
        measured.rows,
    )  # fmt: skip


def _row(
    version: KPIVersion,
    definition: Definition,
    measured: Measurement,
    earlier: Row | None,
    was: Sequence[Measurement],
    *,
    cut: bool,
) -> Row:
    figure = figure_of(measured)
    start = measured.period_start.astimezone(ZoneInfo(definition.time_zone))
    target = target_on(version, start.date())
    if cut and not is_judged(version, one_period=True, all_rows=False):
        target = None
    found = judged(version, figure, target, partial=measured.partial)
    delta = None
    if earlier is not None and (is_level(definition) or not measured.partial):
        step = change(figure, earlier.figure, is_share=is_percent(version))
        delta = change_text(step, version)
    cases = measured.denominator
    return Row(
        label=period_text(start, measured.grain, definition.fiscal_start),
        figure=figure,
        value=shown(figure, version),
        status=found.value,
        word=status_word(found),
        goal=good_text(target, version) if target else "",
        target=target,
        delta=delta,
        partial=measured.partial,
        few=cases is not None and definition.rate is None and cases < definition.min_cases,
        start=start,
        end=measured.period_end,
        was=tuple(
            Was(shown(figure_of(row), version), row.load.number, row.created_at) for row in was
        ),
        unusual=_unusual(measured, version),
    )


def _unusual(measured: Measurement, version: KPIVersion) -> Unusual | None:
    if not measured.is_unusual:
        return None
    high = (measured.value or 0) > (measured.usual_high or 0)
    ends = (measured.expected, measured.usual_low, measured.usual_high)
    return Unusual(
        _("unusually high") if high else _("unusually low"),
        *(shown_value(float(end or 0), version) for end in ends),
    )


def _now(rows: Sequence[Row], *, level: bool) -> Row:
    """The last period that is over; a level is what it is today."""
    whole = [row for row in rows if level or not row.partial]
    whole = [row for row in whole if row.figure.value is not None] or whole
    return whole[-1] if whole else rows[-1]


def _dot(row: Row, version: KPIVersion, switches: Mapping[str, datetime]) -> Dot:
    goal = None
    if row.target is not None and row.target.direction is not Direction.BAND:
        ends = row.target.good
        goal = ends[0] if row.target.direction is Direction.UP else ends[1]
    value, definition = row.figure.value, definition_of(version)
    return Dot(
        None if value is None else scaled(float(value), version),
        tick_text(row.start, definition.grain, definition.fiscal_start),
        row.partial,
        None if goal is None else scaled(goal, version),
        ", ".join(name for name, at in switches.items() if row.start <= at < row.end),
        row.unusual.word if row.unusual is not None else "",
    )


def _headline(rows: Sequence[Row], now: Row) -> str:
    first = next((row for row in rows if row.figure.value is not None), None)
    if first is None or first is now:
        return _("History")
    words = {"first": first.value, "last": now.value, "then": first.label, "now": now.label}
    return _("From %(first)s in %(then)s to %(last)s in %(now)s") % words


def _axis_text(value: float, version: KPIVersion) -> str:
    text = f"{value:,.10g}".replace("-", "−")
    return text + "%" if is_percent(version) else text


def _typed(value: float, version: KPIVersion) -> Shown:
    return shown_value(value / 100 if is_percent(version) else value, version, trim=True)
