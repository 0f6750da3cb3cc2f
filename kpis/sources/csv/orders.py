"""Day or month first: as told, as the values settle it, or a question for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kpis.sources.csv.convert import Plan
from kpis.sources.csv.options import Need, Options
from kpis.sources.csv.stamps import ORDER_WORDS, ORDERS, Stamps

CHOSEN = "As chosen."


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to become of one column, why, and what must be asked first."""

    plan: Plan
    reason: str
    need: Need | None = None


def ordered_finding(
    plan: Plan,
    stamps: Stamps,
    fact: Mapping[str, Any],
    options: Options,
    lines: Mapping[int, int],
) -> Finding:
    """Day or month first: as told, as the values settle it, or a question."""
    n = fact["n"]
    fitting = [order for order in ORDERS if fact[order] == n]
    told = options.date_order if options.date_order in ORDERS else None
    if told is not None and told in fitting:
        return Finding(
            replace(plan, order=told),
            f"All {n:,} values look like {stamps.words(told)}, as chosen.",
        )
    if len(fitting) == 2 and fact["differ"]:
        question = (
            f"Column “{plan.name}”: do the dates begin with the day or with the month? Both fit "
            f"all {n:,} values, and {fact['differ']:,} of them would change."
        )
        need = Need("date_order", plan.name, question, ORDERS)
        reason = f"All {n:,} values fit day first and month first alike: please choose."
        return Finding(plan, reason, need)
    if told is None and fitting:
        return Finding(
            replace(plan, order=fitting[0]),
            _settled(stamps, fact, fitting[0], lines, alike=len(fitting) == 2),
        )
    if told is not None and fitting:
        question = (
            f"Column “{plan.name}”: {seen(fact[f'not_{told}'], lines)} is not "
            f"{ORDER_WORDS[told]}. Is the file {ORDER_WORDS[fitting[0]]}?"
        )
        need = Need("date_order", plan.name, question, ORDERS, fitting[0])
        return Finding(replace(plan, order=told), "The values contradict the choice.", need)
    if plan.name in options.types:
        better = max(ORDERS, key=lambda order: fact[order])
        return Finding(replace(plan, order=told or better), CHOSEN)
    return Finding(
        replace(plan, type="text"),
        f"Text: {fact['day_first']:,} of {n:,} values read as dates with the day first and "
        f"{fact['month_first']:,} with the month first, but {seen(fact['not_day_first'], lines)} "
        "does not read day first.",
    )


def _settled(
    stamps: Stamps, fact: Mapping[str, Any], order: str, lines: Mapping[int, int], *, alike: bool
) -> str:
    reason = f"All {fact['n']:,} values look like {stamps.words(order)}"
    if alike:
        return f"{reason}; read with the month first they would be the same."
    other = ORDERS[1 - ORDERS.index(order)]
    return (
        f"{reason}; {fact['differ']:,} would also read {ORDER_WORDS[other]}. "
        f"Settled by {seen(fact[f'not_{other}'], lines)}."
    )


def seen(pair: Mapping[str, Any] | None, lines: Mapping[int, int]) -> str:
    """The value and its line."""
    if pair is None:
        return "some value"
    return f"“{pair['v'][:60]}” on line {lines.get(pair['r'], pair['r']):,}"
