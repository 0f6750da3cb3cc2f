"""Day or month first: as told, as the values settle it, or a question for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ace_portal.lib.words import sentence as _
from kpis.sources.csv.convert import Plan
from kpis.sources.csv.stamps import ORDER_WORDS, ORDERS, Stamps
from kpis.sources.reading import Need, Reading

CHOSEN = _("As chosen.")


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
    options: Reading,
    lines: Mapping[int, int],
) -> Finding:
    """Day or month first: as told, as the values settle it, or a question."""
    n = fact["n"]
    fitting = [order for order in ORDERS if fact[order] == n]
    told = options.date_order if options.date_order in ORDERS else None
    if told is not None and told in fitting:
        return Finding(
            replace(plan, order=told),
            _(
                "All %(n)s values look like %(shape)s, as chosen.",
                n=f"{n:,}",
                shape=stamps.words(told),
            ),
        )
    if len(fitting) == 2 and fact["differ"]:
        return _undecided(plan, fact)
    if told is None and fitting:
        return Finding(
            replace(plan, order=fitting[0]),
            _settled(stamps, fact, fitting[0], lines, alike=len(fitting) == 2),
        )
    if told is not None and fitting:
        return _contradicted(plan, fact, told, fitting[0], lines)
    if plan.name in options.types:
        better = max(ORDERS, key=lambda order: fact[order])
        return Finding(replace(plan, order=told or better), CHOSEN)
    return _neither(plan, fact, lines)


def _undecided(plan: Plan, fact: Mapping[str, Any]) -> Finding:
    n = f"{fact['n']:,}"
    question = _(
        "Column “%(name)s”: do the dates begin with the day or with the month? Both fit "
        "all %(n)s values, and %(differ)s of them would change.",
        name=plan.name,
        n=n,
        differ=f"{fact['differ']:,}",
    )
    reason = _("All %(n)s values fit day first and month first alike: please choose.", n=n)
    return Finding(plan, reason, Need("date_order", plan.name, question, ORDERS))


def _contradicted(
    plan: Plan, fact: Mapping[str, Any], told: str, fitting: str, lines: Mapping[int, int]
) -> Finding:
    question = _(
        "Column “%(name)s”: %(seen)s is not %(told)s. Is the file %(order)s?",
        name=plan.name,
        seen=seen(fact[f"not_{told}"], lines),
        told=ORDER_WORDS[told],
        order=ORDER_WORDS[fitting],
    )
    need = Need("date_order", plan.name, question, ORDERS, fitting)
    return Finding(replace(plan, order=told), _("The values contradict the choice."), need)


def _neither(plan: Plan, fact: Mapping[str, Any], lines: Mapping[int, int]) -> Finding:
    reason = _(
        "Text: %(day_first)s of %(n)s values read as dates with the day first and "
        "%(month_first)s with the month first, but %(seen)s does not read day first.",
        day_first=f"{fact['day_first']:,}",
        n=f"{fact['n']:,}",
        month_first=f"{fact['month_first']:,}",
        seen=seen(fact["not_day_first"], lines),
    )
    return Finding(replace(plan, type="text"), reason)


def _settled(
    stamps: Stamps, fact: Mapping[str, Any], order: str, lines: Mapping[int, int], *, alike: bool
) -> str:
    n, shape = f"{fact['n']:,}", stamps.words(order)
    if alike:
        return _(
            "All %(n)s values look like %(shape)s; read with the month first they would be the "
            "same.",
            n=n,
            shape=shape,
        )
    other = ORDERS[1 - ORDERS.index(order)]
    return _(
        "All %(n)s values look like %(shape)s; %(differ)s would also read %(other)s. "
        "Settled by %(seen)s.",
        n=n,
        shape=shape,
        differ=f"{fact['differ']:,}",
        other=ORDER_WORDS[other],
        seen=seen(fact[f"not_{other}"], lines),
    )


def seen(pair: Mapping[str, Any] | None, lines: Mapping[int, int]) -> str:
    """The value and its line."""
    if pair is None:
        return _("some value")
    line = lines.get(pair["r"], pair["r"])
    return _("“%(value)s” on line %(line)s", value=pair["v"][:60], line=f"{line:,}")
