"""Rows of aggregates put together, as a window moves over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


class Queue:
    """Rows that come at one end and go at the other, and what they come to together.

    Nothing is ever subtracted, so sums lose no digits and least values are right; each row is added
    a bounded number of times.
    """

    def __init__(self, rules: Mapping[str, str]) -> None:
        self.rules = rules
        self.front: list[Row | None] = []  # what is still there from each row to the turn
        self.back: list[Row | None] = []
        self.came: Row | None = None

    def push(self, row: Row | None) -> None:
        """The next row comes."""
        self.back.append(row)
        self.came = self._both(self.came, row)

    def pop(self) -> None:
        """The first row goes."""
        if not self.front:
            total: Row | None = None
            while self.back:
                total = self._both(self.back.pop(), total)
                self.front.append(total)
            self.came = None
        self.front.pop()

    def value(self) -> Row | None:
        """What the rows that are here come to."""
        return self._both(self.front[-1] if self.front else None, self.came)

    def _both(self, one: Row | None, other: Row | None) -> Row | None:
        if one is None or other is None:
            return other if one is None else one
        return {
            name: _merged(self.rules.get(name, "sum"), value, other[name])
            for name, value in one.items()
            if name != "period" and not name.startswith("by")
        }


def _merged(rule: str, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    match rule:
        case "min":
            return min(one, other)
        case "max":
            return max(one, other)
        case _:
            return one + other
