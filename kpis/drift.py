"""How the columns of a load differ from those before, and which KPIs that concerns. No Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ace_portal.lib.errors import Invalid
from kpis.engine.checks import check_columns
from kpis.engine.definition import Definition, columns_used


@dataclass(frozen=True, slots=True)
class Retyped:
    name: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A KPI that reads a column which is gone or has another type; ``why`` it breaks, or empty."""

    kpi: str
    name: str
    columns: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """Columns added, removed and retyped, in the order of the load that has them."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[Retyped, ...] = ()
    touched: tuple[Touched, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.retyped)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reader:
    """A published KPI over the data: its slug, its name, what it computes."""

    kpi: str
    name: str
    definition: Definition


def drift_of(
    before: Mapping[str, str], now: Mapping[str, str], readers: Sequence[Reader] = ()
) -> Drift:
    """Both map column → type. The sentences of what breaks are Words."""
    removed = tuple(name for name in before if name not in now)
    retyped = tuple(
        Retyped(name, before[name], kind)
        for name, kind in now.items()
        if name in before and before[name] != kind
    )
    changed = {*removed, *(column.name for column in retyped)}
    return Drift(
        added=tuple(name for name in now if name not in before),
        removed=removed,
        retyped=retyped,
        touched=tuple(
            Touched(reader.kpi, reader.name, read, _break(reader, now))
            for reader in readers
            if (read := tuple(c for c in columns_used(reader.definition) if c in changed))
        ),
    )


def _break(reader: Reader, types: Mapping[str, str]) -> str:
    try:
        check_columns(reader.definition, types)
    except Invalid as error:
        return error.message
    return ""
