"""What a check came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ace_portal.lib.errors import PortalError
from kpis.checking.rules import unable
from kpis.sources.base import Value

SHOWN = 5  # examples
CELL = 80  # characters of an example's cell


@dataclass(frozen=True, slots=True)
class Finding:
    """``rows`` that break the rule (None where rows are not what is wrong), a few of them."""

    failed: bool
    rows: int | None = None
    why: str = ""
    columns: tuple[str, ...] = ()
    examples: tuple[tuple[Value, ...], ...] = ()
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "examples": [list(row) for row in self.examples]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        given = {**data, "columns": tuple(data["columns"])}
        return cls(**{**given, "examples": tuple(tuple(row) for row in data["examples"])})


PASSED = Finding(failed=False, rows=0)


def not_made(error: PortalError) -> Finding:
    """A check that could not be made has not been passed."""
    return Finding(failed=True, why=unable(error.message))
