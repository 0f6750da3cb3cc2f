"""One line of what a gate looks at; a higher app adds lines of its own (``gate_checks``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["good", "bad", "none"]
KINDS = ["good", "bad", "none"]


@dataclass(frozen=True, slots=True)
class Check:
    """Met, missed, or not begun; a miss leads to ``url``, where it is mended."""

    kind: Kind
    text: str
    value: str = ""
    url: str = ""
    need: str = ""  # what it takes, where that is a figure

    @property
    def met(self) -> bool:
        return self.kind == "good"


def check(met: bool, text: str, value: str = "", url: str = "", *, begun: bool = True) -> Check:
    """A line; what is met leads nowhere, what was not begun is no miss to be ashamed of."""
    return Check("good" if met else "bad" if begun else "none", text, value, "" if met else url)
