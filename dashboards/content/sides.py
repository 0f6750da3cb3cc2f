"""Two segments side by side: one value of a dropdown against another, or against all the rest.

In an address a side is the filter's key, a colon and the value as ``kinds`` writes it; without a
second side the first stands against all rows that do not have its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboards.content.document import Choice, Document
from dashboards.content.kinds import conditions_of, read, value_words, written
from kpis.engine.definition import AnyOf, Column, Condition, Where

FIRST, SECOND = "side-a", "side-b"
Side = Literal["first", "second"]
SIDES: tuple[Side, Side] = ("first", "second")


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared with what: as it was typed, and, unless there is a ``fault``, the filter's
    ``key`` and the values; ``others`` is None where the second side is all the rest."""

    typed: tuple[str, str]
    key: str = ""
    value: str | None = None
    others: tuple[str | None] | None = None
    fault: str = ""


def side_text(key: str, value: str | None) -> str:
    """A side as an address has it."""
    return f"{key}:{written(value)}"


def read_sides(document: Document, params: QueryDict) -> Sides | None:
    """The two sides that an address names; None where it names none."""
    first, second = params.get(FIRST, ""), params.get(SECOND, "")
    if not first and not second:
        return None
    typed = (first, second)
    if not first:
        return Sides(typed, fault=_("First choose what is compared."))
    known = {choice.key for choice in document.choices if choice.lists}
    (key, value), (other_key, other) = _parts(first), _parts(second)
    if key not in known or (second and other_key not in known):
        return Sides(typed, fault=_("Choose values of one of the filters here."))
    if not second:
        return Sides(typed, key, value)
    if other_key != key:
        return Sides(typed, fault=_("Choose two values of the same filter."))
    if other == value:
        return Sides(typed, fault=_("Choose two different values."))
    return Sides(typed, key, value, (other,))


def _parts(text: str) -> tuple[str, str | None]:
    key, _sign, value = text.partition(":")
    return key, read(value)


def pairs_of_sides(sides: Sides | None) -> list[tuple[str, str]]:
    """The part of an address that reads back as these sides."""
    if sides is None:
        return []
    return [(name, text) for name, text in zip((FIRST, SECOND), sides.typed, strict=True) if text]


def key_in(params: QueryDict) -> str:
    """The key of the filter whose values an address compares; "" where it compares none."""
    return _parts(params.get(FIRST, ""))[0]


def choice_of(document: Document, sides: Sides | None) -> Choice | None:
    """The filter whose values are compared; None where nothing is."""
    return document.choice(sides.key) if sides is not None and not sides.fault else None


def names_of(sides: Sides) -> tuple[str, str]:
    """The two as people call them, never alike."""
    first = value_words(sides.value)
    second = _("all the rest") if sides.others is None else value_words(sides.others[0])
    return first, second if second != first else f"({second})"


def sides_words(choice: Choice, sides: Sides) -> str:
    """ "Priority: P1 against P2"."""
    first, second = names_of(sides)
    return _("%(label)s: %(first)s against %(second)s") % {
        "label": choice.label, "first": first, "second": second,
    }  # fmt: skip


def side_where(choice: Choice, sides: Sides, side: Side, kind: str) -> Where:
    """The rows of one side; the rest are all that have another value, or none.

    Raises ``Invalid`` where a value cannot be one of the column.
    """
    if side == "second" and sides.others is not None:
        return conditions_of(choice, sides.others, kind)[0]
    (own,) = conditions_of(choice, (sides.value,), kind)
    if side == "first":
        return own
    column = Column(choice.column)
    if sides.value is None:
        return Condition(column, "is not null")
    return AnyOf((Condition(column, "not in", own.value), Condition(column, "is null")))
