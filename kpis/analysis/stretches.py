"""The periods of a KPI that its figures are compared over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid
from kpis.asking import definition_of
from kpis.derived import as_of_of
from kpis.display import period_text
from kpis.engine.query import Query, calendar_of, earlier, is_level, latest
from kpis.models import KPIVersion

OFFERED = 13
AGAINST = ("previous", "year")


@dataclass(frozen=True)
class Stretch:
    """One period in local days, half-open; ``partial`` where the data ends inside it."""

    start: date
    end: date
    label: str
    partial: bool = False

    @property
    def key(self) -> str:
        """How an address names it."""
        return self.start.isoformat()

    @property
    def query(self) -> Query:
        return Query(start=self.start, end=self.end)


def stretches_of(version: KPIVersion) -> list[Stretch]:
    """The last periods that the data speaks of, newest first; hours are taken as days.

    Raises ``Invalid`` where there are none.
    """
    definition, as_of = definition_of(version), as_of_of(version)
    if not definition.timed:
        raise Invalid(_("Time plays no part in this KPI, so it has no periods to compare."))
    if as_of is None:
        raise Invalid(_("The data does not say until when it speaks, so no period is over."))
    calendar = calendar_of(definition)
    grain = "day" if definition.grain == "hour" else definition.grain
    span = latest(definition, as_of, grain=grain, periods=OFFERED)
    found: list[Stretch] = []
    first, last = span.start, span.end
    assert first is not None
    assert last is not None
    while first < last:
        end = calendar.shift(first, grain, 1)
        label = period_text(datetime.combine(first, time()), grain, definition.fiscal_start)
        found.append(Stretch(first, end, label, calendar.midnight(end) > as_of))
        first = end
    return found[::-1]


def chosen_of(version: KPIVersion, stretches: Sequence[Stretch], key: str = "") -> Stretch:
    """The one that an address names, else the last that is over; a level is what it is now."""
    for stretch in stretches:
        if stretch.key == key:
            return stretch
    if is_level(definition_of(version)):
        return stretches[0]
    return next((one for one in stretches if not one.partial), stretches[0])


def before_of(version: KPIVersion, query: Query, against: str, *, by_days: bool = False) -> Query:
    """The query to compare with, cut at the same stretch where the data ends inside ``query``."""
    as_of = as_of_of(version)
    return earlier(query, definition_of(version), as_of, against=against, by_days=by_days)


def query_words(version: KPIVersion, query: Query) -> str:
    """A range of days as its period where it is one, else from when to when."""
    assert query.start is not None
    assert query.end is not None
    definition, words = definition_of(version), ""
    calendar = calendar_of(definition)
    grain = "day" if definition.grain == "hour" else definition.grain
    start = datetime.combine(query.start, time())
    if calendar.shift(query.start, grain, 1) == query.end:
        words = period_text(start, grain, definition.fiscal_start)
    else:
        last = datetime.combine(calendar.shift(query.end, "day", -1), time())
        words = _("%(first)s to %(last)s") % {
            "first": period_text(start, "day"), "last": period_text(last, "day"),
        }  # fmt: skip
    if query.until is None:
        return words
    until = query.until.astimezone(calendar.zone)
    return _("%(period)s, until %(moment)s") % {
        "period": words, "moment": f"{period_text(until, 'day')}, {until:%H:%M}",
    }  # fmt: skip
