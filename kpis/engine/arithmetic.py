"""Formulas over named figures: read, written in one spelling, computed. Nothing is evaluated.

The grammar: sums and differences of products and quotients of numbers, names and parentheses, with
a sign before any of them. × and ÷ are * and /, − is -.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.result import Figure, State

LONGEST = 500
DEEPEST = 20
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([a-z][a-z0-9_]{0,39})|(.))", re.DOTALL)
_SIGNS = {"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-"}
_LEVEL = {"+": 1, "-": 1, "*": 2, "/": 2}
_PLAIN = {sign: sign for sign in _LEVEL}
#: as people write them
TYPESET = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_DIGITS = 15  # whole numbers beyond them are no longer exact as floats


@dataclass(frozen=True, slots=True)
class Number:
    """A constant, as it was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """The figure of a KPI."""

    name: str


@dataclass(frozen=True, slots=True)
class Minus:
    """The opposite of a part."""

    part: Node


@dataclass(frozen=True, slots=True)
class Pair:
    """Two parts and what is done with them."""

    sign: str
    left: Node
    right: Node


Node = Number | Name | Minus | Pair


def parse_formula(text: Any, field: str = "formula") -> Node:
    """The formula as a tree; raises ``Invalid`` with a sentence that says what is wrong where."""
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST:
        raise Invalid(
            _("Write a formula such as a / b, in at most %(n)s characters.", n=LONGEST),
            field=field,
        )
    return _Reader(text.strip(), field).whole()


def canonical_formula(text: Any, names: frozenset[str], field: str) -> str:
    """The formula in one spelling; refused unless it uses every name, and no other."""
    node = parse_formula(text, field)
    used = names_of(node)
    for name in sorted(used - names):
        raise Invalid(_("The formula uses “%(name)s”, which no KPI is.", name=name), field=field)
    for name in sorted(names - used):
        raise Invalid(_("The formula does not use “%(name)s”.", name=name), field=field)
    return written(node)


def names_of(node: Node) -> frozenset[str]:
    """Every name in a formula."""
    match node:
        case Name(name):
            return frozenset({name})
        case Number():
            return frozenset()
        case Minus(part):
            return names_of(part)
        case Pair(_sign, left, right):
            return names_of(left) | names_of(right)


def written(node: Node, say: Callable[[str], str] = str, signs: Mapping[str, str] = _PLAIN) -> str:
    """A formula as text, with the parentheses that it needs and no others."""
    return _Writer(say, signs).text(node, 0)


@dataclass(frozen=True, slots=True)
class _Writer:
    say: Callable[[str], str]
    signs: Mapping[str, str]

    def text(self, node: Node, level: int) -> str:
        match node:
            case Number(text):
                return text
            case Name(name):
                return self.say(name)
            case Minus(part):
                return f"{self.signs['-']}{self.text(part, 3)}"
            case Pair(sign, left, right):
                own = _LEVEL[sign]
                last = own + (sign in "-/")
                said = f"{self.text(left, own)} {self.signs[sign]} {self.text(right, last)}"
                return f"({said})" if own < level else said


def computed(node: Node, figures: Mapping[str, Figure]) -> Figure:
    """The figure of a formula. No data anywhere is no data; else undefined anywhere is undefined.

    ``rows`` and ``left_out`` are those of all parts together; one part with few cases marks it.
    """
    parts = [figures[name] for name in sorted(names_of(node))]
    rows, left = sum(part.rows for part in parts), sum(part.left_out for part in parts)
    states = {part.state for part in parts}
    for state in (State.NO_DATA, State.UNDEFINED):
        if state in states:
            return Figure(None, state, rows=rows, left_out=left)
    value = _value(node, figures)
    if value is None or not math.isfinite(value):
        return Figure(None, State.UNDEFINED, rows=rows, left_out=left)
    return Figure(value, rows=rows, left_out=left, few=any(part.few for part in parts))


def _value(node: Node, figures: Mapping[str, Figure]) -> float | int | None:
    """The number; None where something is divided by zero."""
    match node:
        case Number(text):
            return float(text) if "." in text or len(text) > _DIGITS else int(text)
        case Name(name):
            return figures[name].value
        case Minus(part):
            value = _value(part, figures)
            return None if value is None else -value
        case Pair(sign, left, right):
            one, other = _value(left, figures), _value(right, figures)
            if one is None or other is None or (sign == "/" and other == 0):
                return None
            return _applied(sign, one, other)


def _applied(sign: str, one: float | int, other: float | int) -> float | int | None:
    try:
        match sign:
            case "+":
                return one + other
            case "-":
                return one - other
            case "*":
                return one * other
            case _:
                return one / other
    except OverflowError:
        return None


class _Reader:
    """Reads one formula from left to right."""

    def __init__(self, text: str, field: str) -> None:
        self.field = field
        self.tokens = [(m.lastindex, m[m.lastindex or 0]) for m in _TOKEN.finditer(text)]
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self.sum()
        if self.at < len(self.tokens):
            raise self.wrong()
        return node

    def sum(self) -> Node:
        node = self.product()
        while (sign := self.take("+-")) is not None:
            node = Pair(sign, node, self.product())
        return node

    def product(self) -> Node:
        node = self.single()
        while (sign := self.take("*/")) is not None:
            node = Pair(sign, node, self.single())
        return node

    def single(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Invalid(
                _("A formula may be nested %(n)s deep, no deeper.", n=DEEPEST), field=self.field
            )
        node = self._single()
        self.depth -= 1
        return node

    def _single(self) -> Node:
        if self.take("-") is not None:
            return Minus(self.single())
        if self.take("(") is not None:
            node = self.sum()
            if self.take(")") is None:
                raise self.wrong()
            return node
        if self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            if kind in (1, 2):
                self.at += 1
                return Number(text) if kind == 1 else Name(text)
        raise self.wrong()

    def take(self, signs: str) -> str | None:
        """The sign that comes next, if it is one of these."""
        if self.at == len(self.tokens):
            return None
        kind, text = self.tokens[self.at]
        sign = _SIGNS.get(text, text)
        if kind != 3 or sign not in signs:
            return None
        self.at += 1
        return sign

    def wrong(self) -> Invalid:
        """What is said where nothing fits."""
        if self.at == len(self.tokens):
            return Invalid(_("The formula ends too early."), field=self.field)
        text = self.tokens[self.at][1]
        return Invalid(
            _("“%(text)s” is not understood here; write a formula such as (a − b) / c.", text=text),
            field=self.field,
        )
