"""The SQL that turns a text column into a typed one: null where the value does not fit."""

from __future__ import annotations

from dataclasses import dataclass

from kpis.sources.csv.stamps import Stamps
from kpis.sources.guard import among

# as spreadsheets spell them in German, French, Italian, Spanish, Portuguese, Dutch, Swedish
TRUE_WORDS = (
    "true", "yes", "wahr", "ja", "vrai", "oui", "vero", "verdadero", "verdadeiro", "waar", "sant",
)  # fmt: skip
FALSE_WORDS = (
    "false", "no", "falsch", "nein", "faux", "non", "falso", "onwaar", "nee", "falskt",
)  # fmt: skip
SPELLED = (*TRUE_WORDS, *FALSE_WORDS)
TRUE = (*TRUE_WORDS, "y", "t", "1")
FALSE = (*FALSE_WORDS, "n", "f", "0")

INTEGER = "[+-]?(0|[1-9][0-9]{0,17})"
INTEGER_TOLD = "[+-]?[0-9]{1,18}"
NUMBER = {
    ".": r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?",
    ",": r"[+-]?((0|[1-9][0-9]*|[1-9][0-9]{0,2}(\.[0-9]{3})+)(,[0-9]*)?|,[0-9]+)",
}
NUMBER_TOLD = {
    ".": r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)?(\.[0-9]*)?([eE][+-]?[0-9]+)?",
    ",": r"[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)?(,[0-9]*)?([eE][+-]?[0-9]+)?",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How one staged column becomes a column of the load."""

    source: str  # c0, c1, …
    name: str
    type: str
    stamps: Stamps | None = None
    order: str = "day_first"


def filled(source: str, tokens: tuple[str, ...]) -> str:
    """The trimmed value, null where it is one of the null tokens or empty."""
    nothing = among(f"trim({source})", sorted({"", *tokens}))
    return f"(CASE WHEN {nothing} THEN NULL ELSE trim({source}) END)"


def has_value(source: str, tokens: tuple[str, ...]) -> str:
    """The condition that ``filled`` gives a value."""
    return f"({source} IS NOT NULL AND NOT {among(f'trim({source})', sorted({'', *tokens}))})"


def text(source: str, tokens: tuple[str, ...]) -> str:
    """The value as it stands, null where it is one of the null tokens."""
    if "" not in tokens:
        source = f"coalesce({source}, '')"
    if not tokens:
        return source
    return f"(CASE WHEN {among(f'trim({source})', tokens)} THEN NULL ELSE {source} END)"


def typed(plan: Plan, tokens: tuple[str, ...], decimal: str) -> str:
    """The value in the plan's type; a timestamp is still in local time unless it has an offset."""
    if plan.type == "text":
        return text(plan.source, tokens)
    value = filled(plan.source, tokens)
    if plan.type == "integer":
        fits = f"regexp_full_match({value}, '{INTEGER_TOLD}')"
        return f"(CASE WHEN {fits} THEN try_cast({value} AS BIGINT) END)"
    if plan.type == "number":
        return number(value, decimal)
    if plan.type == "boolean":
        return (
            f"(CASE WHEN {among(f'lower({value})', TRUE)} THEN true "
            f"WHEN {among(f'lower({value})', FALSE)} THEN false END)"
        )
    return local(plan, value)


def number(value: str, decimal: str) -> str:
    """The number in ``value``; groups of three digits may carry the other mark."""
    fits = f"regexp_full_match({value}, '{NUMBER_TOLD[decimal]}')"
    plain = f"replace({value}, ',', '')"
    if decimal == ",":
        plain = f"replace(replace({value}, '.', ''), ',', '.')"
    return f"(CASE WHEN {fits} THEN try_cast({plain} AS DOUBLE) END)"


def local(plan: Plan, value: str) -> str:
    """The local timestamp or the date in ``value``."""
    if plan.stamps is None:
        return f"CAST(NULL AS {'DATE' if plan.type == 'date' else 'TIMESTAMP'})"
    stamp = plan.stamps.local(value, plan.order)
    return f"CAST({stamp} AS DATE)" if plan.type == "date" else stamp
