"""What a KPI's figures are held against: the targets in force, and which figures they judge.

A target says what is good in one whole period of the KPI's own grain, of all rows. A figure that
grows with time or with rows is another one for a week than for a quarter, and for a team than for
everybody: of such a one the target says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from kpis.asking import definition_of
from kpis.derived import as_of_of, begins_of, parts_of
from kpis.engine.arithmetic import parse_formula
from kpis.engine.definition import AllOf, Column, Condition, Definition, Formula, Where
from kpis.engine.growing import formula_grows, grows_with_rows, grows_with_time
from kpis.engine.query import Query, calendar_of, is_cut, is_one_period
from kpis.engine.result import Figure
from kpis.engine.status import Dated, Direction, Status, Target, in_force, status
from kpis.models import KPI, KPIVersion

Part = tuple[str, str | None]


def target_of(direction: str, row: Any) -> Target:
    """A target row as the engine's; refuses thresholds against the direction."""
    match Direction(direction):
        case Direction.UP:
            return Target.up(row.good, row.watch)
        case Direction.DOWN:
            return Target.down(row.good, row.watch)
        case Direction.BAND:
            high = row.good if row.good_high is None else row.good_high
            wide = row.watch if row.watch_high is None else row.watch_high
            return Target.band((row.good, high), (row.watch, wide))


def target_on(version: KPIVersion, day: date, part: Part | None = None) -> Target | None:
    """The target in force on a day; reads ``kpi.targets``, prefetch it for many.

    ``part`` is a dimension and one of its values: what holds for it goes before what holds for
    all. An empty value has no target of its own.
    """
    own = own_target_on(version, day, part) if part is not None else None
    return own or _in_force(version, None, day)


def own_target_on(version: KPIVersion, day: date, part: Part) -> Target | None:
    """The target that is in force for one value of a dimension alone."""
    return _in_force(version, part, day)


def values_in(where: Where | None) -> tuple[Part, ...]:
    """The dimensions of which a filter leaves one value each, with that value."""
    conditions = where.parts if isinstance(where, AllOf) else (where,)
    return tuple(
        (one.operand.name, value)
        for one in conditions
        if isinstance(one, Condition) and isinstance(one.operand, Column)
        if one.op in {"=", "in"} and isinstance(value := _single(one.value), str)
    )


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


def own_target_in(version: KPIVersion, day: date, where: Where | None) -> Target | None:
    """The target of the value that a filter leaves; None where none or several of them have one."""
    found = [own_target_on(version, day, part) for part in values_in(where)]
    own = [target for target in found if target is not None]
    return own[0] if len(own) == 1 else None


def is_of_one_value(where: Where | None) -> bool:
    """Whether a filter leaves all rows of one value of a dimension and asks nothing else."""
    return isinstance(where, Condition) and len(values_in(where)) == 1


def _in_force(version: KPIVersion, part: Part | None, day: date) -> Target | None:
    kpi: KPI = version.kpi
    rows = [row for row in kpi.targets.all() if row.part == part]
    dated = [Dated(row.valid_from, target_of(version.direction, row)) for row in rows]
    return in_force(dated, day)


def target_for(
    version: KPIVersion,
    query: Query,
    part: Part | None = None,
    *,
    one_period: bool | None = None,
    cut: bool = False,
) -> Target | None:
    """The target that the figure of a range is held against; None where none is about it.

    What holds for the ``part`` that the figure is of, or for the one value that its filter leaves,
    goes before what holds for all. ``cut`` is of some of the rows alone, ``one_period`` is known
    where the query does not tell. Reads ``kpi.targets``.
    """
    if query.start is None:
        return None
    if one_period is None:
        one_period = is_one_period(query, definition_of(version))
    whole = query.where is None and not cut
    own = own_target_on(version, query.start, part) if part is not None else None
    if own is None:
        whole = part is None and not query.by and not cut
        own = own_target_in(version, query.start, query.where)
        whole &= query.where is None if own is None else is_of_one_value(query.where)
        own = own or target_on(version, query.start)
    return own if is_judged(version, one_period=one_period, all_rows=whole) else None


def is_comparable(version: KPIVersion, query: Query, *, part: bool = False, cut: bool) -> bool:
    """Whether what is known of the KPI as a whole, such as its baseline, is like the figure of a
    range: of one period, and of all rows."""
    return is_judged(
        version,
        one_period=is_one_period(query, definition_of(version)),
        all_rows=query.where is None and not part and not cut,
    )


def is_judged(version: KPIVersion, *, one_period: bool, all_rows: bool) -> bool:
    """Whether a target says something about a figure.

    ``one_period``: it is of one period of the KPI's own grain. ``all_rows``: it is of all rows
    that the target is about.
    """
    if not one_period and _grows(version, grows_with_time):
        return False
    return all_rows or not _grows(version, grows_with_rows)


def judged(version: KPIVersion, figure: Figure, target: Target | None, *, partial: bool) -> Status:
    """What a figure is against its target; nothing yet of what grows while its period lasts."""
    if target is None or (partial and grows(version)):
        return Status.NONE
    return status(figure, target)


def has_begun(version: KPIVersion, query: Query) -> bool:
    """Whether a range can be compared with: what grows is less where the data begins inside it.

    The data may begin anywhere in the first period of the KPI's own grain.
    """
    begins = begins_of(version)
    if query.start is None or begins is None or not grows(version):
        return True
    definition = definition_of(version)
    grain = "day" if definition.grain == "hour" else definition.grain
    calendar = calendar_of(definition)
    first_is_over = calendar.shift(calendar.first_day(query.start, grain), grain, 1)
    return begins < calendar.midnight(first_is_over)


def is_partial(version: KPIVersion, query: Query) -> bool:
    """Whether the data of a version ends inside a range."""
    return is_cut(query, definition_of(version), as_of_of(version))


def grows(version: KPIVersion) -> bool:
    """Whether the figure of a longer stretch is larger by that alone."""
    return _grows(version, grows_with_time)


def _grows(version: KPIVersion, kind: Callable[[Definition], bool]) -> bool:
    definition = definition_of(version)
    formula = definition.measure
    if not isinstance(formula, Formula):
        return kind(definition)
    known = {name: _grows(part, kind) for name, part in parts_of(version).items()}
    parts = {name: known.get(name, False) for name, _slug in formula.kpis}
    return formula_grows(parse_formula(formula.text), parts)
