"""The KPI versions behind tiles, read together: definition, face, target, data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from typing import Literal, cast

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from ace_portal.lib.days import site_today
from ace_portal.lib.errors import NotVisible, PortalError
from dashboards.content.document import TileSpec
from dashboards.content.spans import PLAIN
from dashboards.rendering import Face, Goal, Mark
from kpis.analysis.against import goal_for
from kpis.asking import definition_of
from kpis.derived import as_of_of, held_of, is_derived, leaves_of, load_parts
from kpis.engine.definition import Definition, Where
from kpis.engine.periods import Calendar
from kpis.engine.query import Query, calendar_of
from kpis.engine.result import Figure
from kpis.engine.status import Direction, Target
from kpis.goals import (
    grows,
    is_comparable,
    is_judged,
    is_of_one_value,
    own_target_in,
    own_target_on,
    target_for,
    target_on,
)
from kpis.models import KPI, Annotation, KPIVersion, Load
from kpis.selectors.annotations import annotations_over


@dataclass(frozen=True, slots=True)
class Extent:
    """What figures are of: one period of their KPI's own grain or another range, all rows or some
    of them: those that the filter ``where`` leaves, or, ``cut``, fewer."""

    one_period: bool = True
    where: Where | None = None
    cut: bool = False

    @property
    def all_rows(self) -> bool:
        return self.where is None and not self.cut


WHOLE = Extent()


@dataclass(frozen=True)
class Source:
    """One KPI version with all that its tiles need."""

    version: KPIVersion
    #: what happened to its data
    events: tuple[Annotation, ...] = ()

    @cached_property
    def leaves(self) -> tuple[Source, ...]:
        """What a derived KPI comes down to, each with its own data; nothing for another."""
        if not is_derived(self.version):
            return ()
        return tuple(Source(leaf) for leaf in leaves_of(self.version))

    @property
    def kpi(self) -> KPI:
        return self.version.kpi

    @property
    def load(self) -> Load | None:
        return self.version.dataset.live

    @cached_property
    def definition(self) -> Definition:
        """Raises ``Invalid`` where the definition does not hold."""
        return definition_of(self.version)

    @property
    def timed(self) -> bool:
        return self.definition.timed

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The columns that split it; none where the definition does not hold."""
        try:
            return self.definition.dimensions
        except PortalError:
            return ()

    @property
    def filters(self) -> tuple[str, ...]:
        """The columns that it can be filtered by: of a derived KPI those of any part."""
        if not self.leaves:
            return self.dimensions
        return tuple(dict.fromkeys(name for leaf in self.leaves for name in leaf.dimensions))

    @property
    def types(self) -> Mapping[str, str]:
        if self.leaves:
            return {name: kind for leaf in self.leaves for name, kind in leaf.types.items()}
        return self.load.types if self.load is not None else {}

    @property
    def own_types(self) -> Mapping[str, str]:
        """The types of the columns that filters may mean: of a derived KPI, which has no data of
        its own, only those by which it can be filtered."""
        if not self.leaves:
            return self.types
        return {name: kind for name, kind in self.types.items() if name in self.filters}

    @property
    def as_of(self) -> datetime | None:
        """How far the data tells the truth; of a derived KPI the oldest."""
        return as_of_of(self.version)

    @property
    def held_back(self) -> bool:
        """Whether newer data than the live load's did not pass its checks."""
        return held_of(self.version) is not None

    def known_until(self) -> date | None:
        """The local day up to which the data speaks."""
        if self.as_of is None:
            return None
        try:
            return self.as_of.astimezone(calendar_of(self.definition).zone).date()
        except PortalError:
            return None

    def face(self, day: date | None, by: str | None = None, extent: Extent = WHOLE) -> Face:
        """How it shows itself, with the target in force on a day; split, also those of values.

        Without a target that says nothing of figures of such an extent, see ``kpis.goals``.
        """
        direction = cast(Literal["up", "down", "band"], self.version.direction)
        target = self._target(day, extent, split=by is not None) if day is not None else None
        splits = by is not None and self._is_judged(extent.one_period, extent.all_rows)
        return Face(
            name=self.kpi.name,
            unit=self.version.unit,
            unit_label=self.version.unit_label,
            precision=self.version.precision,
            direction=direction,
            target=goal_of(target) if target is not None else None,
            own=self._own(day, by) if splits and by is not None and day is not None else (),
            grows=grows(self.version),
            marks=self.marks,
        )

    def _target(self, day: date, extent: Extent, *, split: bool) -> Target | None:
        own = own_target_in(self.version, day, extent.where)
        whole = extent.where is None if own is None else is_of_one_value(extent.where)
        if self._is_judged(extent.one_period, whole and not extent.cut and not split):
            return own or target_on(self.version, day)
        return None

    def _is_judged(self, one_period: bool, all_rows: bool) -> bool:
        return is_judged(self.version, one_period=one_period, all_rows=all_rows)

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """What happened to the data; when the formula changed on its way to this version, and what
        it is made of since, of which none is known where it was not read with its past."""
        past: list[KPIVersion] = getattr(self.kpi, "past_versions", [])
        own = tuple(
            Mark(version.published_at, f"v{version.number}", _words(version))
            for before, version in pairwise(v for v in past if v.number <= self.version.number)
            if version.published_at is not None
            and (version.sha256, version.dataset_id) != (before.sha256, before.dataset_id)
        )
        since = self.version.published_at
        below = ((leaf.kpi.name, mark) for leaf in self.leaves for mark in leaf.marks)
        happened = tuple(_happened(event) for event in self.events)
        return (
            own
            + happened
            + tuple(
                replace(mark, label=f"{name}, {mark.label}", words=f"{name}: {mark.words}")
                for name, mark in below
                if since is not None and mark.at > since
            )
        )

    def _own(self, day: date, by: str) -> tuple[tuple[str, Goal], ...]:
        """The targets in force for single values of a dimension."""
        values = dict.fromkeys(t.value for t in self.kpi.targets.all() if t.dimension == by)
        found = ((value, own_target_on(self.version, day, (by, value))) for value in values)
        return tuple((value, goal_of(target)) for value, target in found if target is not None)


def _happened(event: Annotation) -> Mark:
    words = {
        "day": _days(event.at, event.until),
        "title": event.title.rstrip("."),
        "text": event.text,
    }
    told = _("%(day)s: %(title)s. %(text)s") % words
    return Mark(event.at, event.title, told.strip(), happened=True, until=event.until)


def _days(at: datetime, until: datetime | None) -> str:
    """The day of a moment, or the moments between which something lasted."""
    begin = timezone.localtime(at)
    if until is None:
        return formats.date_format(begin, "j M Y")
    end = timezone.localtime(until)
    last = formats.date_format(end, "H:i" if begin.date() == end.date() else "j M Y, H:i")
    return _("%(from)s to %(to)s") % {"from": formats.date_format(begin, "j M Y, H:i"), "to": last}


def _words(version: KPIVersion) -> str:
    assert version.published_at is not None
    words = {
        "n": version.number,
        "day": formats.date_format(timezone.localtime(version.published_at), "j M Y"),
        "why": version.reason,
    }
    return _("Formula changed with v%(n)d on %(day)s: %(why)s") % words


def goal_of(target: Target) -> Goal:
    """The engine's target, whose open ends are infinite, as rendering draws it."""
    match target.direction:
        case Direction.UP:
            return Goal(target.good[0], target.watch[0])
        case Direction.DOWN:
            return Goal(target.good[1], target.watch[1])
        case Direction.BAND:
            return Goal(target.good, target.watch)


def fixed_figure(
    source: Source, against: str, query: Query, now: Figure, *, cut: bool
) -> tuple[Figure | None, str]:
    """The target or the baseline as a figure to compare with; None where there is none."""
    if against == "baseline" and source.kpi.baseline is not None:
        if not is_comparable(source.version, query, cut=cut):
            return None, ""
        return Figure(source.kpi.baseline), _("vs the baseline")
    asked = query if query.start is not None else replace(query, start=source.known_until())
    target = target_for(source.version, asked, cut=cut) if against == "target" else None
    if target is None:
        return None, ""
    return Figure(goal_for(target, now)), _("from the target")


def sources_of(ids: Iterable[int]) -> dict[int, Source]:
    """By id, in three queries, one more where a formula may have changed and two per storey of
    derived ones; one that is gone is left out."""
    versions = (
        KPIVersion.objects.filter(pk__in=set(ids))
        .select_related("kpi__question__persona", "kpi__owner", "dataset__live")
        .prefetch_related("kpi__targets")
    )
    found = list(versions)
    load_parts(found)
    below = [leaf for version in found if is_derived(version) for leaf in leaves_of(version)]
    changed = [version.kpi for version in (*found, *below) if version.number > 1]
    past = KPIVersion.objects.exclude(published_at=None).order_by("number")
    past = past.only("kpi", "number", "published_at", "reason", "sha256", "dataset")
    prefetch_related_objects(changed, Prefetch("versions", past, to_attr="past_versions"))
    data = {version.pk: {leaf.dataset_id for leaf in leaves_of(version)} for version in found}
    events = annotations_over(pk for some in data.values() for pk in some) if found else []
    return {
        version.pk: Source(
            version,
            tuple(e for e in events if e.dataset_id is None or e.dataset_id in data[version.pk]),
        )
        for version in found
    }


def pinned(ids: Iterable[int]) -> list[KPIVersion]:
    """The versions with their data alone, in one query."""
    versions = KPIVersion.objects.filter(pk__in=set(ids))
    return list(versions.select_related("kpi", "dataset__live"))


def today_of(sources: Iterable[Source]) -> date:
    """The day from which a page counts back: that of its freshest data, whatever the clock says.

    One day for all tiles, so that they speak of the same months; data that has stayed behind shows
    that it has.
    """
    days = [day for source in sources if (day := source.known_until()) is not None]
    return max(days) if days else site_today()


def calendar_for(sources: Iterable[Source]) -> Calendar:
    """The weeks and the years of a page: those that its KPIs agree on, else the plain ones."""
    found: set[tuple[int, int]] = set()
    for source in sources:
        try:
            definition = source.definition
        except PortalError:
            continue
        if definition.timed:
            found.add((definition.week_start, definition.fiscal_start))
    return Calendar.of("UTC", *found.pop()) if len(found) == 1 else PLAIN


def own_of(spec: TileSpec, known: Mapping[int, Source]) -> list[Source]:
    """The KPIs of a tile, in its order."""
    return [known[pk] for pk in spec.kpi_versions if pk in known]


def chosen_of(own: Sequence[Source], kpi_version: int | None) -> Source:
    """The one that was asked for, else the first; NotVisible where there is none."""
    chosen = next((s for s in own if s.version.pk == kpi_version), own[0] if own else None)
    if chosen is None:
        raise NotVisible("")
    return chosen
