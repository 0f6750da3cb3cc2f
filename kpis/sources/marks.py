"""Only what is newer: how far a column went at the last load, and what comes after that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import ROW, Value

#: types of columns that can only grow, as far as anybody can tell
TYPES = ("integer", "number", "date", "timestamp")
UNITS = ("", "hours", "days")
COLUMNS_CHANGED = _("the columns are not those of the live load")


@dataclass(frozen=True, slots=True)
class After:
    """Read the rows whose ``column`` lies after ``bound``, if the columns are still ``columns``.

    ``bound`` is a number, or a date or stamp (UTC) in ISO form.
    """

    column: str
    type: str
    bound: int | float | str
    columns: Mapping[str, str] = field(default_factory=dict)  # of the live load: name → type

    def fits(self, found: Mapping[str, str]) -> bool:
        """Whether what was found can be put to what is live."""
        known = {name: kind for name, kind in self.columns.items() if name != ROW}
        return {name: kind for name, kind in found.items() if name != ROW} == known

    @property
    def value(self) -> int | float | date | datetime:
        """The bound as Python has it; a stamp is naive, in UTC."""
        if self.type == "date":
            return date.fromisoformat(str(self.bound))
        if self.type == "timestamp":
            return datetime.fromisoformat(str(self.bound))
        return float(self.bound) if self.type == "number" else int(self.bound)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "columns": dict(self.columns)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> After:
        return cls(**data)


def check_overlap(kind: str, overlap: int, unit: str) -> None:
    """Raise ``Invalid`` where an overlap is none of a column of this type."""
    if unit not in UNITS:
        raise Invalid(_("Choose one of the units."), field="overlap_unit")
    if not overlap:
        return
    if kind in ("integer", "number") and unit:
        raise Invalid(
            _("The column holds numbers: the overlap has no unit of time."), field="overlap_unit"
        )
    if kind in ("date", "timestamp") and not unit:
        raise Invalid(
            _("The column holds times: say whether these are hours or days."), field="overlap_unit"
        )
    if kind == "date" and unit != "days":
        raise Invalid(_("The column holds days: so does the overlap."), field="overlap_unit")


def mark_of(greatest: Value, kind: str, now: datetime) -> int | float | str | None:
    """How far a column goes; a stamp in the future does not count beyond ``now`` (aware).

    None where that cannot be told.
    """
    if greatest is None or kind not in TYPES:
        return None
    if kind in ("integer", "number"):
        number = isinstance(greatest, int | float) and not isinstance(greatest, bool)
        return greatest if number and math.isfinite(float(greatest)) else None
    limit = now.astimezone(UTC).replace(tzinfo=None)
    try:
        if kind == "date":
            return min(date.fromisoformat(str(greatest)), limit.date()).isoformat()
        return min(datetime.fromisoformat(str(greatest)), limit).isoformat(sep=" ")
    except ValueError:  # beyond the years that Python knows
        return None


def bound_of(
    mark: int | float | str, kind: str, overlap: int, unit: str
) -> int | float | str | None:
    """The mark less the overlap; None where that lies before all times."""
    if kind in ("integer", "number"):
        assert not isinstance(mark, str)
        return mark - overlap
    back = timedelta(hours=overlap) if unit == "hours" else timedelta(days=overlap)
    try:
        if kind == "date":
            return (date.fromisoformat(str(mark)) - back).isoformat()
        return (datetime.fromisoformat(str(mark)) - back).isoformat(sep=" ")
    except OverflowError:
        return None


def in_zone(stamp: datetime, zone: str) -> datetime:
    """A naive stamp in UTC as the clocks of a zone show it."""
    return stamp.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def spelled_as(after: After, how: str) -> str:
    """The bound as a parameter says it: ISO form, a day, or seconds since 1970."""
    value = after.value
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if how == "date":
        return value.date().isoformat()
    if how == "iso":
        return value.isoformat() + "Z"
    since = (value - datetime(1970, 1, 1)) // timedelta(milliseconds=1)
    return str(since if how == "milliseconds" else since // 1_000)
