"""What moved a KPI, as its page shows it: a sentence, a row and a bar for each segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.analysis.drivers import Kind, Moved
from kpis.analysis.stretches import query_words
from kpis.display import Delta, Shown, change_text, digits, is_percent, shown, status_word
from kpis.engine.change import Change, change
from kpis.engine.change import Kind as ChangeKind
from kpis.engine.drivers import Driver, Segment
from kpis.engine.result import Figure
from kpis.engine.status import Status
from kpis.goals import is_partial, judged, target_for
from kpis.models import KPIVersion

SHOWN = 20
NAMED = 3


@dataclass(frozen=True)
class Bar:
    """From and how wide, in percent of the cell; ``zero`` is where nothing has moved."""

    x: str
    width: str
    zero: str


@dataclass(frozen=True)
class DriverRow:
    """One segment. Contributions have a sign and one digit more than figures."""

    name: str
    before: Shown
    now: Shown
    total: str = ""
    tone: str = "none"
    share: str = ""
    rate: str = ""
    mix: str = ""
    few: bool = False
    bar: Bar | None = None
    status: str = "none"
    word: str = ""
    step: Delta | None = None


@dataclass(frozen=True)
class DriverSheet:
    kind: Kind
    headline: str
    method: str
    before_words: str
    now_words: str
    rows: tuple[DriverRow, ...]
    whole: DriverRow
    targeted: bool


def driver_sheet(version: KPIVersion, found: Moved) -> DriverSheet:
    """The largest segments by name, the others together, and the whole."""
    prefetch_related_objects([version.kpi], "targets")
    drivers = {driver.segment: driver for driver in found.drivers}
    segments = found.segments
    named = segments if len(segments) <= SHOWN + 1 else segments[:SHOWN]
    rest = [drivers[segment] for segment in segments[len(named) :] if drivers]
    rows = [_row(version, found, segment, drivers.get(segment)) for segment in named]
    totals = [float(drivers[segment].total) for segment in named if drivers]
    if len(segments) > len(named):
        rows.append(_others(version, found, rest, len(segments) - len(named)))
        totals += [fsum(driver.total for driver in rest)] if rest else []
    bars = _bars(totals)
    return DriverSheet(
        kind=found.kind,
        headline=headline(version, found),
        method=method_words(found.kind),
        before_words=query_words(version, found.query_before),
        now_words=query_words(version, found.query_now),
        rows=tuple(replace(r, bar=b) for r, b in zip(rows, bars, strict=True)) if bars
        else tuple(rows),
        whole=_whole(version, found),
        targeted=any(row.word for row in rows),
    )  # fmt: skip


def method_words(kind: Kind) -> str:
    """How the contributions come about, or why there are none."""
    match kind:
        case "additive":
            return _(
                "Each contribution is the segment’s own change. Together they are the change of "
                "the whole."
            )
        case "quotient":
            return _(
                "A segment moves the whole in two ways: by its own rate, or by weighing more or "
                "less than before (mix). Both are taken at the middle of the two periods (the "
                "decomposition of Marshall, Edgeworth and Bennet), so that together they are the "
                "change of the whole."
            )
        case _:
            return _(
                "The whole of this measure is not made of the figures of its segments, as with "
                "medians, percentiles, extremes, different values and formulas. Contributions "
                "that add up do not exist, so none are shown: only what each segment did itself."
            )


def headline(version: KPIVersion, found: Moved) -> str:
    """What the whole did, and who did most of it."""
    words = {
        "kpi": version.kpi.name,
        "before": shown(found.before, version), "now": shown(found.now, version),
    }  # fmt: skip
    step = found.change
    if step is None:
        return _("%(kpi)s: %(now)s, before: %(before)s") % words
    if not step:
        text = _("%(kpi)s stayed at %(now)s") % words
    elif step > 0:
        text = _("%(kpi)s rose from %(before)s to %(now)s") % words
    else:
        text = _("%(kpi)s fell from %(before)s to %(now)s") % words
    same = [d for d in found.drivers if d.total and (d.total > 0) == (step > 0)][:NAMED]
    if not step or not same:
        return text + "."
    most = ", ".join(
        f"{segment_name(driver.segment)} ({signed(driver.total, version)})" for driver in same
    )
    return _("%(what)s. Most of it: %(who)s.") % {"what": text, "who": most}


def segment_name(segment: Segment) -> str:
    """A segment as people read it."""
    return ", ".join(part or _("(empty)") for part in segment)


def signed(value: float | int, version: KPIVersion) -> str:
    """A contribution in the unit that is read, with its sign; points for percentages."""
    scaled = float(value) * (100 if is_percent(version) else 1)
    text = digits(abs(scaled), version.precision + 1)
    if not text.strip("0.,"):
        return "0"
    unit = _("points") if is_percent(version) else version.unit_label
    return f"{'+' if scaled > 0 else '−'}{text} {unit}".strip()


def _row(version: KPIVersion, found: Moved, segment: Segment, driver: Driver | None) -> DriverRow:
    then, here = found.split_before.get(segment), found.split_now.get(segment)
    row = DriverRow(
        segment_name(segment), _figure(then, version), _figure(here, version),
        few=any(figure is not None and figure.few for figure in (then, here)),
    )  # fmt: skip
    if here is not None:
        target = target_for(version, found.query_now, (found.by, segment[0]), cut=found.cut)
        partial = is_partial(version, found.query_now)
        state = judged(version, here, target, partial=partial)
        if state is not Status.NONE:
            row = replace(row, status=state.value, word=status_word(state))
    if driver is not None:
        return _contributed(row, version, found, driver)
    if then is not None and here is not None:
        step = change_text(change(here, then, is_share=is_percent(version)), version)
        row = replace(row, step=step)
    return row


def _contributed(
    row: DriverRow, version: KPIVersion, found: Moved, driver: Driver
) -> DriverRow:  # fmt: skip
    if driver.mix is not None:
        rate, mix = signed(driver.rate, version), signed(driver.mix, version)
        row = replace(row, rate=rate, mix=mix)
    return replace(
        row, total=signed(driver.total, version), tone=_tone(driver.total, version),
        share=_share(driver.total, found.change),
    )  # fmt: skip


def _others(
    version: KPIVersion, found: Moved, rest: Sequence[Driver], count: int
) -> DriverRow:  # fmt: skip
    name = ngettext("%(n)d other", "%(n)d others", count) % {"n": count}
    row = DriverRow(name, Shown(""), Shown(""))
    if not rest:
        return row
    mix = fsum(driver.mix or 0 for driver in rest) if found.kind == "quotient" else None
    whole = Driver((), None, None, fsum(driver.rate for driver in rest), mix)
    return _contributed(row, version, found, whole)


def _whole(version: KPIVersion, found: Moved) -> DriverRow:
    """The last row: what the contributions add up to."""
    row = DriverRow(_("All together"), shown(found.before, version), shown(found.now, version))
    if not found.drivers:
        step = change(found.now, found.before, is_share=is_percent(version))
        return replace(row, step=change_text(step, version))
    mix = fsum(d.mix or 0 for d in found.drivers) if found.kind == "quotient" else None
    whole = Driver((), None, None, fsum(d.rate for d in found.drivers), mix)
    return _contributed(row, version, found, whole)


def _figure(figure: Figure | None, version: KPIVersion) -> Shown:
    return Shown("–", reason=_("It was not there.")) if figure is None else shown(figure, version)


def _share(total: float | int, step: float | int | None) -> str:
    """Its part of the change; none where the whole has not moved."""
    return f"{digits(total / step * 100, 0)}%" if step else ""


def _tone(total: float | int, version: KPIVersion) -> str:
    delta = change_text(Change(ChangeKind.CHANGE, total, points=total * 100 if is_percent(version)
                               else None), version)  # fmt: skip
    return delta.tone if delta is not None else "none"


def _bars(totals: Sequence[float]) -> list[Bar]:
    """Bars from a common zero, in percent."""
    low, high = min([0.0, *totals]), max([0.0, *totals])
    if low == high:
        return []

    def at(value: float) -> float:
        return (value - low) / (high - low) * 100

    return [Bar(_text(min(at(0), at(v))), _text(abs(at(v) - at(0))), _text(at(0))) for v in totals]


def _text(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
