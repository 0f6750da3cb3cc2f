"""Which type each column has, and why: guessed from a sample, then proved over every row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps
from kpis.sources.csv.convert import INTEGER, NUMBER, Plan, filled
from kpis.sources.csv.options import Options
from kpis.sources.csv.orders import CHOSEN, Finding, ordered_finding, seen
from kpis.sources.csv.staging import Staged, lines_of
from kpis.sources.csv.stamps import ORDERS, Stamps, looks_like_stamp, stamps_of
from kpis.sources.guard import counting, listed

SAMPLE_ROWS = 1_000
FEW = 50  # with fewer values than this in the sample, look for more
LIKELY = 0.8
NOTHING = _("No value in any row.")
SPELLED = ("true", "false", "yes", "no")
PLURAL = {
    "boolean": _("true or false"),
    "integer": _("whole numbers"),
    "number": _("numbers"),
}


def samples(
    staged: Staged, tokens: tuple[str, ...], wanted: Sequence[str] | None = None
) -> dict[str, list[str]]:
    """Some values of the columns, trimmed and without nulls, spread over the file."""
    sources = wanted
    if sources is None:
        sources = [f"c{i}" for i in range(len(staged.dialect.names))]
    if not sources:
        return {}
    step = max(staged.rows // SAMPLE_ROWS, 1)
    rows = staged.connection.execute(
        f"SELECT {', '.join(f'trim({source})' for source in sources)} FROM raw "
        f"WHERE _row <= {SAMPLE_ROWS // 2} OR _row % {step} = 0 ORDER BY _row"
    ).fetchall()
    found = {}
    for place, source in enumerate(sources):
        nothing = {None, "", *tokens}
        values = [row[place] for row in rows if row[place] not in nothing]
        if len(values) < FEW and staged.rows > SAMPLE_ROWS:
            value = filled(source, tokens)
            more = staged.connection.execute(
                f"SELECT {value} AS v FROM raw WHERE v IS NOT NULL LIMIT {SAMPLE_ROWS}"
            ).fetchall()
            values = [row[0] for row in more]
        found[source] = values
    return found


def likely_type(values: Sequence[str], decimal: str) -> str:
    """The type that most of the values have."""
    kinds = Counter(_type_of(value, decimal) for value in values)
    kinds.pop("", None)
    numbers = kinds["integer"] + kinds["number"]
    if kinds["number"]:
        kinds["integer"], kinds["number"] = 0, numbers
    kind, count = kinds.most_common(1)[0] if kinds else ("text", 0)
    return kind if count >= LIKELY * len(values) and count else "text"


def _type_of(value: str, decimal: str) -> str:
    if value.lower() in SPELLED:
        return "boolean"
    if re.fullmatch(INTEGER, value):
        return "integer"
    if re.fullmatch(NUMBER[decimal], value):
        return "number"
    return "timestamp" if looks_like_stamp(value) else "text"


def findings(
    staged: Staged,
    options: Options,
    tokens: tuple[str, ...],
    caps: Caps,
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
    lines = lines_of(staged, {row for fact in facts.values() for row in _rows(fact)}, caps)
    result = []
    for plan in plans:
        fact = facts.get(plan.source)
        if plan.type == "text":
            result.append(Finding(plan, _text_reason(plan, sampled.get(plan.source, []), options)))
        elif fact is None:
            result.append(Finding(plan, CHOSEN))
        elif not fact["n"]:
            kind = options.types.get(plan.name, "text")
            result.append(Finding(replace(plan, type=kind), NOTHING))
        elif plan.type in ("date", "timestamp"):
            result.append(_stamp_finding(plan, fact, options, lines))
        else:
            result.append(_plain_finding(plan, fact, options, lines))
    return result


def _settled_by_options(plan: Plan, options: Options) -> bool:
    if plan.name not in options.types:
        return False
    return plan.stamps is None or not plan.stamps.numeric or options.date_order in ORDERS


def _rows(fact: Mapping[str, Any]) -> list[int]:
    return [pair["r"] for pair in fact.values() if isinstance(pair, dict) and pair["r"]]


def _first(value: str, condition: str) -> str:
    """SQL for the first row whose value meets the condition."""
    return f"min({{r: _row, v: {value}}}) FILTER ({condition})"


def _facts(
    staged: Staged, plans: list[Plan], options: Options, tokens: tuple[str, ...]
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


def _fact_sql(plan: Plan, value: str, options: Options) -> dict[str, str]:
    facts = {"n": f"count({value})"}
    if plan.type in ("date", "timestamp"):
        if plan.stamps is not None:
            facts |= _stamp_facts(plan.stamps, value, plan.order)
        return facts
    if plan.type == "boolean":
        fits = f"lower({value}) IN ({listed(SPELLED)})"
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
    plan: Plan, fact: Mapping[str, Any], options: Options, lines: Mapping[int, int]
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
    plan: Plan, fact: Mapping[str, Any], options: Options, lines: Mapping[int, int]
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


def _text_reason(plan: Plan, values: Sequence[str], options: Options) -> str:
    if plan.name in options.types:
        return CHOSEN
    if not values:
        return NOTHING
    zeros = [value for value in values if re.fullmatch(r"0\d+", value)]
    if len(zeros) > len(values) / 2:
        return _(
            "Text: values such as “%(value)s” begin with a zero that a number would lose.",
            value=zeros[0],
        )
    other = "," if options.decimal == "." else "."
    if likely_type(values, other) == "number":
        return _(
            "Text: values such as “%(value)s” would be numbers if “%(mark)s” is the decimal mark. "
            "Say so if it is.",
            value=values[0][:60],
            mark=other,
        )
    return _("Text, such as “%(value)s”.", value=values[0][:60])
