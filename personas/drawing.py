"""A blueprint version as rows and cells of a table; pure, from rows that are already read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from personas.models import BlueprintVersion, Card, Lane, Phase, Step

#: which line runs between two neighbouring lanes, and how it is called
LINES: dict[tuple[str, str], tuple[str, str | Promise]] = {
    ("customer", "frontstage"): ("interaction", _("Line of interaction")),
    ("frontstage", "backstage"): ("visibility", _("Line of visibility")),
    ("backstage", "support"): ("internal", _("Line of internal interaction")),
}


@dataclass(frozen=True)
class Cell:
    """One place of the table, as wide as its steps. An empty one has no cards."""

    steps: tuple[Step, ...]
    cards: tuple[Card, ...] = ()

    @property
    def step(self) -> Step:
        """Where the cell begins."""
        return self.steps[0]

    @property
    def span(self) -> int:
        return len(self.steps)


@dataclass(frozen=True)
class Row:
    """A lane with its cells, and the line that follows it."""

    lane: Lane
    cells: tuple[Cell, ...]
    line: str = ""
    line_name: str | Promise = ""


@dataclass(frozen=True)
class Column:
    """A phase above its steps."""

    phase: Phase
    steps: tuple[Step, ...]
    time: timedelta

    @property
    def span(self) -> int:
        return max(len(self.steps), 1)


@dataclass(frozen=True)
class Drawing:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    steps: tuple[Step, ...] = field(default=())

    @property
    def failures(self) -> int:
        return sum(
            any(note.kind == "failure" for note in card.annotations.all())
            for row in self.rows
            for cell in row.cells
            for card in cell.cards
        )


def draw(version: BlueprintVersion) -> Drawing:
    """Lay out a version that ``selectors.drawing_of`` has read."""
    columns = tuple(_column(phase) for phase in version.phases.all())
    steps = tuple(step for column in columns for step in column.steps)
    lanes = list(version.lanes.all())
    rows = []
    for place, lane in enumerate(lanes):
        below = lanes[place + 1].kind if place + 1 < len(lanes) else ""
        line, name = LINES.get((lane.kind, below), ("", ""))
        rows.append(Row(lane, _cells(lane, steps), line, name))
    return Drawing(columns, tuple(rows), steps)


def _column(phase: Phase) -> Column:
    steps = tuple(phase.steps.all())
    return Column(phase, steps, sum((step.typical_time for step in steps), timedelta()))


def _cells(lane: Lane, steps: tuple[Step, ...]) -> tuple[Cell, ...]:
    """One cell a step; a wide card swallows the empty places to its right, never a taken one."""
    cards = {step.pk: tuple(c for c in step.cards.all() if c.lane_id == lane.pk) for step in steps}
    cells: list[Cell] = []
    place = 0
    while place < len(steps):
        step = steps[place]
        wanted = max((card.span for card in cards[step.pk]), default=1)
        span = 1
        while span < wanted and place + span < len(steps) and not cards[steps[place + span].pk]:
            span += 1
        cells.append(Cell(steps[place : place + span], cards[step.pk]))
        place += span
    return tuple(cells)
