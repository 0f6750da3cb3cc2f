"""Which type each column has, and why: guessed from a sample, then proved over every row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ace_portal.lib.words import sentence as _
from kpis.sources.csv.convert import INTEGER, NUMBER, SPELLED, Plan, filled
from kpis.sources.csv.orders import CHOSEN, Finding, ordered_finding, seen
from kpis.sources.csv.sampling import likely_type, samples
from kpis.sources.csv.stage import Staged
from kpis.sources.csv.stamps import ORDERS, Stamps, stamps_of
from kpis.sources.guard import among, counting
from kpis.sources.reading import Need, Reading

NOTHING = _("No value in any row.")
PLURAL = {
    "boolean": _("true or false"),
    "integer": _("whole numbers"),
    "number": _("numbers"),
}


def findings(
    staged: Staged,
    options: Reading,
    tokens: tuple[str, ...],
    *,
    trusting: bool = False,
) -> list[Finding]:
    """A finding per column, in file order; what the options tell is taken as told.

    ``trusting`` leaves out the proof of what was told: a load counts what does not fit by itself.
    """
    wanted = [
        f"c{i}"
        for i, name in enumerate(staged.dialect.names)
        if not trusting or options.types.get(name, "timestamp") in ("date", "timestamp")
    ]
    sampled = samples(staged, tokens, wanted)
    plans = []
    for place, name in enumerate(staged.dialect.names):
        source = f"c{place}"
        values = sampled.get(source, [])
        kind = options.types.get(name) or likely_type(values, options.decimal)
        stamps = None
        if kind in ("date", "timestamp"):
            stamps = stamps_of(values, told=options.date_order)
        plans.append(Plan(source, name, kind, stamps, options.date_order or "day_first"))
    doubtful = [
        plan
        for plan in plans
        if plan.type != "text" and not (trusting and _settled_by_options(plan, options))
    ]
    facts = _facts(staged, doubtful, options, tokens)
    lines = staged.lines({row for fact in facts.values() for row in _rows(fact)})
    result = []
    for plan in plans:
        fact = facts.get(plan.source)
        if plan.type == "text":
            result.append(_text_finding(plan, sampled.get(plan.source, []), options))
        elif fact is None:
            result.append(Finding(plan, CHOSEN))
        elif not fact["n"]:
            kind = options.types.get(plan.name, "text")
            result.append(Finding(replace(plan, type=kind), NOTHING))
        elif plan.type in ("date", "timestamp"):
            result.append(_stamp_finding(plan, fact, options, lines))
        else:
            result.append(_plain_finding(plan, fact, options, lines))
    return [_as_the_source_says(staged, found, options, tokens) for found in result]


def _as_the_source_says(
    staged: Staged, found: Finding, options: Reading, tokens: tuple[str, ...]
) -> Finding:
    """Text stays text where the source itself tells text from numbers and dates."""
    plan = found.plan
    place = int(plan.source[1:])
    if plan.type == "text" or plan.name in options.types or not staged.texts(place, tokens):
        return found
    reason = _("Text in the file. Choose another type if it is one: %(why)s", why=found.reason)
    return Finding(replace(plan, type="text"), reason)


def _settled_by_options(plan: Plan, options: Reading) -> bool:
    if plan.name not in options.types:
        return False
    return plan.stamps is None or not plan.stamps.numeric or options.date_order in ORDERS


def _rows(fact: Mapping[str, Any]) -> list[int]:
    return [pair["r"] for pair in fact.values() if isinstance(pair, dict) and pair["r"]]


def _first(value: str, condition: str) -> str:
    """SQL for the first row whose value meets the condition."""
    return f"min({{r: _row, v: {value}}}) FILTER ({condition})"


def _facts(
    staged: Staged, plans: list[Plan], options: Reading, tokens: tuple[str, ...]
) -> dict[str, dict[str, Any]]:
    """Counts over every row, for all columns in one pass."""
    if not plans:
        return {}
    inner, parts, keys = ["_row"], [], []
    for plan in plans:
        value = f"v_{plan.source}"
        inner.append(f"{filled(plan.source, tokens)} AS {value}")
        for key, sql in _fact_sql(plan, value, options).items():
            keys.append((plan.source, key))
            parts.append(sql)
    row = staged.connection.execute(
        f"SELECT {', '.join(parts)} FROM (SELECT {', '.join(inner)} FROM raw)"
    ).fetchone()
    result: dict[str, dict[str, Any]] = {plan.source: {} for plan in plans}
    for (source, key), fact in zip(keys, row or (), strict=True):
        result[source][key] = fact
    return result


def _fact_sql(plan: Plan, value: str, options: Reading) -> dict[str, str]:
    facts = {"n": f"count({value})"}
    if plan.type in ("date", "timestamp"):
        if plan.stamps is not None:
            facts |= _stamp_facts(plan.stamps, value, plan.order)
        return facts
    if plan.type == "boolean":
        fits = among(f"lower({value})", SPELLED)
    elif plan.type == "integer":
        fits = f"regexp_full_match({value}, '{INTEGER}')"
        facts["number"] = counting(f"regexp_full_match({value}, '{NUMBER[options.decimal]}')")
    else:
        fits = f"regexp_full_match({value}, '{NUMBER[options.decimal]}')"
        zeros = f"regexp_full_match({value}, '[+-]?0[0-9].*')"
        facts["zeros"] = counting(zeros)
    if plan.type == "integer":
        facts["zeros"] = counting(f"regexp_full_match({value}, '[+-]?0[0-9]+')")
    facts["ok"] = counting(fits)
    facts["miss"] = _first(value, f"{value} IS NOT NULL AND NOT {fits}")
    return facts


def _stamp_facts(stamps: Stamps, value: str, order: str) -> dict[str, str]:
    fixed = stamps.fixed(value)
    facts = {"timed": counting(f"contains({value}, ':')")}
    if not stamps.numeric:
        read = stamps.local(value, order)
        read = f"coalesce({fixed}, {read})" if fixed else read
        facts["ok"] = f"count({read})"
        facts["miss"] = _first(value, f"{value} IS NOT NULL AND {read} IS NULL")
        return facts
    day, month = (stamps.local(value, order) for order in ORDERS)
    facts["day_first"] = f"count({day})"
    facts["month_first"] = f"count({month})"
    facts["differ"] = counting(f"{day} <> {month}")
    facts["not_day_first"] = _first(value, f"{value} IS NOT NULL AND {day} IS NULL")
    facts["not_month_first"] = _first(value, f"{value} IS NOT NULL AND {month} IS NULL")
    return facts


def _plain_finding(
    plan: Plan, fact: Mapping[str, Any], options: Reading, lines: Mapping[int, int]
) -> Finding:
    n, ok, kind = fact["n"], fact["ok"], PLURAL[plan.type]
    if plan.name in options.types:
        return Finding(plan, CHOSEN)
    if ok == n:
        return Finding(plan, _("All %(n)s values are %(type)s.", n=f"{n:,}", type=kind))
    if fact.get("zeros"):
        return Finding(
            replace(plan, type="text"),
            _(
                "Text: %(zeros)s values begin with a zero that a number would lose, such as "
                "%(seen)s.",
                zeros=f"{fact['zeros']:,}",
                seen=seen(fact["miss"], lines),
            ),
        )
    if plan.type == "integer" and fact["number"] == n:
        return Finding(
            replace(plan, type="number"),
            _(
                "All %(n)s values are numbers; %(broken)s of them are not whole, such as %(seen)s.",
                n=f"{n:,}",
                broken=f"{n - ok:,}",
                seen=seen(fact["miss"], lines),
            ),
        )
    return Finding(
        replace(plan, type="text"),
        _(
            "Text: %(ok)s of %(n)s values are %(type)s, but not %(seen)s.",
            ok=f"{ok:,}",
            n=f"{n:,}",
            type=kind,
            seen=seen(fact["miss"], lines),
        ),
    )


def _stamp_finding(
    plan: Plan, fact: Mapping[str, Any], options: Reading, lines: Mapping[int, int]
) -> Finding:
    stamps = plan.stamps
    if stamps is None:
        return Finding(plan, CHOSEN)
    if plan.name not in options.types:
        plan = replace(plan, type="timestamp" if fact["timed"] else "date")
    n, shape = fact["n"], stamps.words(plan.order)
    if stamps.numeric:
        return ordered_finding(plan, stamps, fact, options, lines)
    if fact["ok"] == n:
        return Finding(plan, _("All %(n)s values look like %(shape)s.", n=f"{n:,}", shape=shape))
    if plan.name in options.types:
        return Finding(plan, CHOSEN)
    return Finding(
        replace(plan, type="text"),
        _(
            "Text: %(ok)s of %(n)s values look like %(shape)s, but not %(seen)s.",
            ok=f"{fact['ok']:,}",
            n=f"{n:,}",
            shape=shape,
            seen=seen(fact["miss"], lines),
        ),
    )


def _text_finding(plan: Plan, values: Sequence[str], options: Reading) -> Finding:
    if plan.name in options.types:
        return Finding(plan, CHOSEN)
    if not values:
        return Finding(plan, NOTHING)
    zeros = [value for value in values if re.fullmatch(r"0\d+", value)]
    if len(zeros) > len(values) / 2:
        reason = _(
            "Text: values such as “%(value)s” begin with a zero that a number would lose.",
            value=zeros[0],
        )
        return Finding(plan, reason)
    other = "," if options.decimal == "." else "."
    if options.asks_decimal and likely_type(values, other) == "number":
        return _other_mark(plan, values[0][:60], other)
    return Finding(plan, _("Text, such as “%(value)s”.", value=values[0][:60]))


def _other_mark(plan: Plan, value: str, mark: str) -> Finding:
    question = _(
        "Column “%(name)s”: is “%(value)s” a number with “%(mark)s” as the decimal mark?",
        name=plan.name,
        value=value,
        mark=mark,
    )
    reason = _(
        "Text: values such as “%(value)s” would be numbers if “%(mark)s” is the decimal mark. "
        "Say so if it is.",
        value=value,
        mark=mark,
    )
    need = Need("decimal", plan.name, question, (".", ","), mark, urgent=False)
    return Finding(plan, reason, need)
