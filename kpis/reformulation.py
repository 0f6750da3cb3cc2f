"""What another formula did to periods that had been reported: its figures beside the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.asking import definition_of
from kpis.derived import is_derived, leaves_of
from kpis.display import Delta, Shown, difference_text, is_percent, period_text, shown
from kpis.engine.change import change
from kpis.models import KPIVersion, Measurement
from kpis.selectors.history import Reformulated, reformulated
from kpis.sheet import figure_of


@dataclass(frozen=True)
class Row:
    """One period in words; ``more`` says what else than the formula is another."""

    label: str
    then: Shown
    load_then: int
    at: datetime | None
    now: Shown
    load_now: int
    delta: Delta | None
    more: str


@dataclass(frozen=True)
class Reformulation:
    """The last change of the formula up to a version; ``periods`` both of them measured whole."""

    before: KPIVersion
    after: KPIVersion
    periods: tuple[Reformulated, ...]

    @property
    def differing(self) -> list[Reformulated]:
        return [one for one in self.periods if one.differs]

    @property
    def summary(self) -> str:
        """How many periods have another figure, in a sentence."""
        names = {"new": f"v{self.after.number}", "old": f"v{self.before.number}"}
        if not self.periods:
            return _("%(old)s and %(new)s have measured no full period in common.") % names
        counts = {**names, "n": len(self.differing), "all": len(self.periods)}
        if not self.differing:
            said = ngettext(
                "%(new)s gives the period that %(old)s had measured the same figure.",
                "%(new)s gives all %(all)d periods that %(old)s had measured the same figure.",
                len(self.periods),
            )
        else:
            said = ngettext(
                "%(new)s gives %(n)d of the %(all)d periods that %(old)s had measured another "
                "figure.",
                "%(new)s gives %(n)d of the %(all)d periods that %(old)s had measured other "
                "figures.",
                len(self.differing),
            )
        return said % counts

    @property
    def rows(self) -> list[Row]:
        return [_row(self, one) for one in self.differing]


def reformulation_of(
    versions: Sequence[KPIVersion], version: KPIVersion, measured: Sequence[Measurement]
) -> Reformulation | None:
    """Over the periods of ``measured``; None where the formula never changed up to ``version``.

    ``versions`` are those of the KPI, newest first. What was reported counts all rows: it is for
    those who see all of them.
    """
    pair = last_change(versions, version)
    if pair is None:
        return None
    after, before = pair
    starts = [row.period_start for row in measured if not row.partial]
    return Reformulation(before, after, tuple(reformulated(before, after, starts)))


def changes_of(versions: Sequence[KPIVersion]) -> list[tuple[KPIVersion, KPIVersion]]:
    """Those that took over with another formula or other data, each with the one before."""
    published = [version for version in versions if version.published_at is not None]
    return [
        (version, before)
        for version, before in pairwise(published)
        if (version.sha256, version.dataset_id) != (before.sha256, before.dataset_id)
    ]


def part_changes(version: KPIVersion) -> list[KPIVersion]:
    """What took over with another formula below a formula after it did, newest first; one query.

    The whole history of the formula is computed with it from then on.
    """
    if not is_derived(version) or version.published_at is None:
        return []
    leaves = leaves_of(version)
    rows = KPIVersion.objects.filter(kpi__in={leaf.kpi_id for leaf in leaves})
    past: dict[int, list[KPIVersion]] = {}
    for row in rows.select_related("kpi").order_by("-number"):
        past.setdefault(row.kpi_id, []).append(row)
    found = [
        (after.published_at, after)
        for own in past.values()
        for after, _before in changes_of(own)
        if after.published_at is not None and after.published_at > version.published_at
    ]
    return [after for _at, after in sorted(found, key=lambda pair: pair[0], reverse=True)]


def last_change(
    versions: Sequence[KPIVersion], version: KPIVersion
) -> tuple[KPIVersion, KPIVersion] | None:
    """The newest change up to a version."""
    found = (pair for pair in changes_of(versions) if pair[0].number <= version.number)
    return next(found, None)


def _row(about: Reformulation, one: Reformulated) -> Row:
    before, after = about.before, about.after
    definition = definition_of(after)
    then, now = figure_of(one.then), figure_of(one.now)
    start = one.now.period_start.astimezone(ZoneInfo(definition.time_zone))
    alike = (before.unit, before.unit_label) == (after.unit, after.unit_label)
    step = change(now, then, is_share=is_percent(after))
    return Row(
        label=period_text(start, one.now.grain, definition.fiscal_start),
        then=shown(then, before),
        load_then=one.then.load.number,
        at=one.then.refresh.finished_at,
        now=shown(now, after),
        load_now=one.now.load.number,
        delta=difference_text(step, after) if alike else None,
        more=_more(before, after, one),
    )


def _more(before: KPIVersion, after: KPIVersion, one: Reformulated) -> str:
    if one.same_data:
        return _("the formula alone")
    if before.dataset_id != after.dataset_id:
        return _("the formula and the dataset")
    return _("the formula, and the data may have changed")
