"""The big number: what, how much, better or worse, good or not, against which target."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.rendering import format as fmt
from dashboards.rendering.spark import Spark, spark
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Figure, Result


@dataclass(frozen=True, slots=True)
class NumberView:
    """What ``{% number view %}`` shows."""

    value: fmt.Number
    delta: fmt.Delta | None
    comparison: str
    status: fmt.Status | None
    status_word: str
    target: str
    note: str
    spark: Spark | None


def number_view(
    face: Face,
    current: Figure,
    *,
    previous: Figure | None = None,
    trend: Result | None = None,
    comparison: str = "",
    partial: bool = False,
    wording: Wording = ENGLISH,
) -> NumberView:
    """``comparison`` names what ``previous`` is: "vs the 4 weeks before"."""
    state = fmt.status(current, face, partial=partial)
    return NumberView(
        value=fmt.number(current, face, wording),
        delta=fmt.delta(current, previous, face, wording) if previous is not None else None,
        comparison=comparison,
        status=state if state != "none" else None,
        status_word=fmt.status_word(state, wording) if state != "none" else "",
        target=fmt.target_text(face, wording),
        note=fmt.note(current, partial=partial, wording=wording),
        spark=spark(trend, face) if trend is not None else None,
    )
