"""What every source shares: caps, types, bad rows, and what a load tells about itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _

Progress = Callable[[float, float], None]
"""Called with how much is done and how much there is."""

Value = str | int | float | bool | None
"""A figure that JSON can carry; dates and timestamps in ISO form, UTC."""

TYPES = ("text", "integer", "number", "boolean", "date", "timestamp")

ROW = "_row"
"""The column that every load has: the number of the data row in its source, from 1."""

BAD_ROWS_SHOWN = 100
#: of what a query gives; a file has fewer
MOST_COLUMNS, LONGEST_NAME = 1_000, 200
NO_CHARACTER = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def ignore(done: float, total: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How much a file may bring."""

    bytes: int = 200_000_000
    columns: int = 500
    cell_characters: int = 100_000
    rows: int = 10_000_000
    unpacked_bytes: int = 500_000_000
    cells: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a load; ``distinct`` is an estimate."""

    name: str
    type: str
    nulls: int
    min: Value
    max: Value
    distinct: int | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A place in the source that could not be read; ``column`` is empty for a whole row."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClockChanges:
    """Naive stamps that met a change of the clocks, and what became of them."""

    moved_forward: int = 0  # the local time did not exist
    taken_as_first: int = 0  # the local time occurred twice


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How a load came about. ``as_of`` is the latest timestamp found, naive UTC in ISO form;
    a day where the rows hold days alone."""

    rows: int
    bytes: int
    source_bytes: int
    source_sha256: str
    sha256: str
    columns: tuple[Column, ...]
    as_of: str | None
    seconds: float
    bad_rows: tuple[BadRow, ...] = ()
    bad_rows_total: int = 0
    clock_changes: Mapping[str, ClockChanges] = field(default_factory=dict)
    sql: str = ""
    notes: tuple[str, ...] = ()  # what was left out or filled
    cut: bool = False  # the source ends in the middle of a row
    read_after: int | float | str | None = None  # only rows after this mark were read
    read_all_for: str = ""  # why all rows were read, where only newer ones were asked for

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LoadReport:
        known = dict(data)
        known["notes"] = tuple(data.get("notes", ()))
        known["columns"] = tuple(Column(**column) for column in data["columns"])
        known["bad_rows"] = tuple(BadRow(**row) for row in data["bad_rows"])
        known["clock_changes"] = {
            column: ClockChanges(**counts) for column, counts in data["clock_changes"].items()
        }
        return cls(**known)


def check_names(names: Sequence[str], *, field: str = "sql") -> None:
    """Raise ``Invalid`` where the columns that a query gives are too many, or called what no
    definition could name."""
    if len(names) > MOST_COLUMNS:
        raise Invalid(
            _(
                "The result has %(n)s columns; at most %(most)s are allowed.",
                n=f"{len(names):,}",
                most=f"{MOST_COLUMNS:,}",
            ),
            field=field,
        )
    for name in names:
        if len(name) > LONGEST_NAME:
            raise Invalid(
                _(
                    "A column is called “%(name)s…”; at most %(most)s characters are allowed. "
                    "Name it with AS.",
                    name=name[:40],
                    most=LONGEST_NAME,
                ),
                field=field,
            )
        if NO_CHARACTER.search(name):
            raise Invalid(
                _(
                    "The name of the column “%(name)s” holds what is no character. Name it with "
                    "AS.",
                    name=NO_CHARACTER.sub("�", name),
                ),
                field=field,
            )
