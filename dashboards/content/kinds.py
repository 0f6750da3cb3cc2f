"""The kinds of filters: what each reads from an address, takes, asks of the data and says.

A filter's values are texts, whatever its kind: those chosen of a dropdown (None is an empty cell),
``(from, to)`` of a range with "" where it is open, the one text to look for, "true" or "false".
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ace_portal.lib.errors import Invalid
from dashboards.content.document import Choice
from kpis.engine.definition import Column, Condition, Scalar

Values = tuple[str | None, ...]

#: how a value that is empty is written in an address; a value that begins so gets another
EMPTY = "~"
#: a key has no hyphen, so no other filter is called so
LOW, HIGH = "{}-from", "{}-to"
MOST_CHARACTERS = 200
NUMBERS = ("integer", "number")
#: which columns a kind is for; a dropdown takes all by which a KPI can be split
FITTING = {"range": NUMBERS, "text": ("text",), "boolean": ("boolean",)}
KIND_NAMES = {
    "choice": gettext_lazy("Dropdown, several values"),
    "one": gettext_lazy("Dropdown, one value"),
    "range": gettext_lazy("From one number to another"),
    "text": gettext_lazy("Contains a text"),
    "boolean": gettext_lazy("Yes or no"),
}
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_NO_CHARACTER = re.compile(r"[\u0000-\u001f\u007f\ud800-\udfff]")


def written(value: str | None) -> str:
    """A value of a dropdown as the address has it."""
    if value is None:
        return EMPTY
    if not value:
        return EMPTY + "."
    return EMPTY + value if value.startswith(EMPTY) else value


def read(text: str) -> str | None:
    """The value that is ``written`` so."""
    if text == EMPTY:
        return None
    return "" if text == EMPTY + "." else text.removeprefix(EMPTY)


def values_in(choice: Choice, params: QueryDict) -> Values:
    """What an address has for a filter, as it was typed; nothing where it has nothing."""
    given = [text for text in params.getlist(choice.key) if text]
    match choice.kind:
        case "range":
            ends = tuple(params.get(end.format(choice.key), "").strip() for end in (LOW, HIGH))
            return ends if any(ends) else ()
        case "text":
            text = given[-1].strip() if given else ""
            return (text,) if text else ()
        case "boolean":
            return (given[-1],) if given and given[-1] in {"true", "false"} else ()
        case "one":
            return (read(given[-1]),) if given else ()
        case _:
            return tuple(dict.fromkeys(read(text) for text in given))


def pairs_of(choice: Choice, values: Values) -> list[tuple[str, str]]:
    """The part of an address that reads back as these values; a filter's default has none."""
    if values == choice.default:
        return []
    if not values:
        return [(choice.key, "")]
    match choice.kind:
        case "range":
            ends = zip((LOW, HIGH), values, strict=False)
            return [(end.format(choice.key), value) for end, value in ends if value]
        case "text" | "boolean":
            return [(choice.key, value or "") for value in values]
        case _:
            return [(choice.key, written(value)) for value in values]


def lines_of(choice: Choice, text: str) -> Values:
    """The values that were written one a line; of a range the first line is its lower end."""
    lines = [line.strip() for line in text.splitlines()]
    if choice.kind == "range":
        ends = tuple([*lines, "", ""][:2])
        return ends if any(ends) else ()
    found = [line for line in lines if line]
    return tuple(dict.fromkeys(map(read, found) if choice.lists else found))


def is_whole(choice: Choice) -> bool:
    """Whether what a filter begins with is as many values as its kind has: it would not come back
    from an address else."""
    params = QueryDict(mutable=True)
    for name, value in pairs_of(replace(choice, default=()), choice.default):
        params.appendlist(name, value)
    return values_in(choice, params) == choice.default


def is_said(choice: Choice, params: QueryDict) -> bool:
    """Whether an address says anything of a filter, be it that nothing is chosen."""
    ends = (LOW, HIGH) if choice.kind == "range" else ()
    return any(name in params for name in (choice.key, *(end.format(choice.key) for end in ends)))


def fault_of(choice: Choice, values: Values) -> str:
    """Why a filter cannot take what was typed, in a sentence; "" where it can."""
    if choice.kind == "range" and values:
        for text in values:
            if text and not _NUMBER.fullmatch(text):
                return _("“%(text)s” is no number: write one like 12 or 12.5.") % {
                    "text": text[:40]
                }
        low, high = values
        if low and high and float(low) > float(high):
            return _("“From” is more than “to”.")
    if choice.kind == "text":
        for text in values:
            if len(text or "") > MOST_CHARACTERS:
                return _("Look for at most %(n)d characters.") % {"n": MOST_CHARACTERS}
            if _NO_CHARACTER.search(text or ""):
                return _("This holds what is no character. Leave it out.")
    return ""


def kinds_for(column: str, dimensions: Collection[str], types: Mapping[str, str]) -> list[str]:
    """The kinds of filters that a column is good for, in the order of a form."""
    kind = types.get(column, "text")
    typed = [name for name, fitting in FITTING.items() if kind in fitting]
    return [*(("choice", "one") if column in dimensions else ()), *typed]


def reaches(choice: Choice, dimensions: Collection[str], types: Mapping[str, str]) -> bool:
    """Whether a filter applies to a KPI: by what may split it, and by any number of its data."""
    if choice.column in dimensions:
        return True
    return choice.kind == "range" and types.get(choice.column) in NUMBERS


def conditions_of(choice: Choice, values: Values, kind: str) -> list[Condition]:
    """What a filter asks of a column of the type ``kind``.

    Raises ``Invalid`` where a chosen value cannot be one of the column.
    """
    column = Column(choice.column)
    fitting = FITTING.get(choice.kind)
    if fitting and kind not in fitting:
        raise Invalid(_("“%(label)s” does not fit its data any more.") % {"label": choice.label})
    match choice.kind:
        case "range":
            low, high = values
            ends = ((">=", low), ("<=", high))
            return [Condition(column, op, _bound(end, kind, op)) for op, end in ends if end]
        case "text":
            return [Condition(column, "contains", values[0])]
        case _:
            typed = tuple(_typed(value, kind, choice.label) for value in values)
            return [Condition(column, "in", typed)]


def _bound(text: str, kind: str, op: str) -> float | int:
    """The number that is typed; of whole ones the next inside the range."""
    if "." not in text:
        return int(text) if kind == "integer" else float(text)
    number = float(text)
    if kind == "number":
        return number
    return math.ceil(number) if op == ">=" else math.floor(number)


def _typed(value: str | None, kind: str, label: str) -> Scalar:
    if value is None:
        return None
    try:
        if kind == "integer":
            return int(value)
        if kind == "boolean":
            return {"true": True, "false": False}[value]
        if kind == "date":
            return date.fromisoformat(value).isoformat()
    except (ValueError, KeyError) as error:
        raise Invalid(
            _("“%(value)s” is not a value of %(label)s.") % {"value": value, "label": label}
        ) from error
    return value


def value_words(value: str | None) -> str:
    """One value of a dropdown, as people read it."""
    if value is None:
        return _("(empty)")
    return value


def words_of(choice: Choice, values: Values) -> str:
    """A filter that is in use, on one line: "Priority: P1, P2"."""
    match choice.kind:
        case "range":
            low, high = values
            if not high:
                said = _("from %(low)s") % {"low": low}
            elif not low:
                said = _("up to %(high)s") % {"high": high}
            else:
                said = _("%(low)s to %(high)s") % {"low": low, "high": high}
        case "text":
            said = _("contains “%(text)s”") % {"text": values[0]}
        case "boolean":
            said = _("yes") if values[0] == "true" else _("no")
        case _:
            said = ", ".join(value_words(value) for value in values[:5])
            said += "" if len(values) <= 5 else _(" and %(n)d more") % {"n": len(values) - 5}
    return f"{choice.label}: {said}"
