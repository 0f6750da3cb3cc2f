"""What moved a KPI between two stretches of time, by the values of one dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid
from kpis.engine.definition import Definition
from kpis.engine.drivers import Driver, Segment, drivers, is_additive, is_quotient
from kpis.engine.query import Query
from kpis.engine.result import Figure
from kpis.figures import Ask, answers, definition_of
from kpis.goals import has_begun
from kpis.models import KPIVersion
from kpis.scopes import Reader

Kind = Literal["additive", "quotient", "own"]
Split = Mapping[Segment, Figure]


@dataclass(frozen=True)
class Moved:
    """Both wholes, the figures of the segments, and what each of them contributed.

    Of kind "own" the segments do not make up the whole: ``drivers`` is empty, and the segments
    stand for themselves. ``cut`` figures are of some rows only, those open to the reader.
    """

    by: str
    kind: Kind
    before: Figure
    now: Figure
    split_before: Split
    split_now: Split
    drivers: tuple[Driver, ...]
    query_before: Query
    query_now: Query
    cut: bool = False

    @property
    def change(self) -> float | int | None:
        """What the contributions add up to; None where a whole has no figure."""
        if self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Those that moved most first."""
        if self.drivers:
            return tuple(driver.segment for driver in self.drivers)
        known = {**self.split_now, **self.split_before}
        return tuple(sorted(known, key=self._rank))

    def _rank(self, segment: Segment) -> tuple[float, list[str]]:
        values = [split[segment].value if segment in split else None
                  for split in (self.split_before, self.split_now)]  # fmt: skip
        then, here = values
        step = 0.0 if then is None or here is None else abs(here - then)
        return -step, [part or "" for part in segment]


def kind_of(definition: Definition) -> Kind:
    """How the segments of a measure make up its whole."""
    if is_additive(definition):
        return "additive"
    return "quotient" if is_quotient(definition) else "own"


def moved(version: KPIVersion, by: str, before: Query, now: Query, *, reader: Reader) -> Moved:
    """The whole and its segments in both stretches; four questions, asked together.

    Raises ``Invalid`` where the data does not answer, or where one of the wholes is nothing that
    could have moved.
    """
    definition = definition_of(version)
    if by not in definition.dimensions:
        raise Invalid(
            _("The KPI cannot be split by “%(name)s”.") % {"name": by}, field="by"
        )  # fmt: skip
    if not has_begun(version, before):
        raise Invalid(
            _("The data begins inside the earlier of the two periods, so it counts less."),
            field="against",
        )
    queries = [before, now, replace(before, by=(by,)), replace(now, by=(by,))]
    (then, here, split_then, split_here), cut = _results(version, queries, reader)
    kind = kind_of(definition)
    found: tuple[Driver, ...] = ()
    if kind != "own":
        if then[()].value is None or here[()].value is None:
            raise Invalid(_("One of the two periods has no figure to compare."), field="against")
        found = drivers(definition, split_then, split_here)
    return Moved(by, kind, then[()], here[()], split_then, split_here, found, before, now, cut)


def _results(
    version: KPIVersion, queries: Sequence[Query], reader: Reader
) -> tuple[list[Split], bool]:
    """The answers, and whether they are of some rows only."""
    got = answers([Ask(version, query) for query in queries], reader=reader)
    found: list[Split] = []
    for answer in got:
        if answer.result is None:
            raise Invalid(answer.error)
        found.append({point.segment: point.figure for point in answer.result})
    return found, any(answer.cut for answer in got)
