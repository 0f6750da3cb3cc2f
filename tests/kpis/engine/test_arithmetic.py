"""Formulas: read, written, refused, computed."""

from __future__ import annotations

import ast
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_portal.lib.errors import Invalid
from kpis.engine.arithmetic import (
    TYPESET,
    canonical_formula,
    computed,
    names_of,
    parse_formula,
    written,
)
from kpis.engine.result import Figure, State

ABC = {"a": Figure(12, rows=3), "b": Figure(4, rows=5, left_out=1), "c": Figure(0.5, rows=7)}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a - b - c", 7.5),
        ("a - (b - c)", 8.5),
        ("a / b / c", 6),
        ("a / (b * c)", 6),
        ("a + b * c", 14),
        ("-a + b", -8),
        ("-(a + b) × 2", -32),
        ("a ÷ b − 1", 2),
        ("100 * c", 50),
        ("0.25*a", 3),
        ("7", 7),
    ],
)
def test_formula_is_computed_as_written(formula, value):
    node = parse_formula(formula)
    assert computed(node, ABC).value == value
    again = parse_formula(written(node))
    assert (written(again), computed(again, ABC).value) == (written(node), value)


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("", "Write a formula such as a / b, in at most 500 characters."),
        ("a" * 501, "Write a formula such as a / b, in at most 500 characters."),
        (None, "Write a formula such as a / b, in at most 500 characters."),
        ("a +", "The formula ends too early."),
        ("(a + b", "The formula ends too early."),
        ("a b", "“b” is not understood here; write a formula such as (a − b) / c."),
        ("a ** b", "“*” is not understood here; write a formula such as (a − b) / c."),
        ("a + b)", "“)” is not understood here; write a formula such as (a − b) / c."),
        ("__import__('os')", "“_” is not understood here; write a formula such as (a − b) / c."),
        ("a.b", "“.” is not understood here; write a formula such as (a − b) / c."),
        ("A", "“A” is not understood here; write a formula such as (a − b) / c."),
        ("(" * 30 + "a" + ")" * 30, "A formula may be nested 20 deep, no deeper."),
        ("-" * 30 + "a", "A formula may be nested 20 deep, no deeper."),
    ],
)
def test_nonsense_is_refused_with_its_place(formula, sentence):
    with pytest.raises(Invalid) as refusal:
        parse_formula(formula)
    assert refusal.value.message == sentence


def test_names_are_those_of_the_kpis():
    assert names_of(parse_formula("a / (b - a)")) == {"a", "b"}
    with pytest.raises(Invalid, match="uses “c”, which no KPI is"):
        canonical_formula("a / c", frozenset("ab"), "formula")
    with pytest.raises(Invalid, match="does not use “b”"):
        canonical_formula("a", frozenset("ab"), "formula")


def test_formula_is_typeset_with_the_names_of_kpis():
    names = {"a": "Closed", "b": "Opened"}
    node = parse_formula("(a-b)/b*100")
    assert written(node, names.__getitem__, TYPESET) == "(Closed − Opened) ÷ Opened × 100"


def test_rows_are_those_of_all_parts_and_few_is_passed_on():
    figure = computed(parse_formula("a + b"), {**ABC, "b": Figure(1, few=True, rows=2)})
    assert (figure.rows, figure.few) == (5, True)
    assert computed(parse_formula("a + b"), ABC).left_out == 1


NONE, OPEN = Figure(None, State.NO_DATA), Figure(None, State.UNDEFINED)


@pytest.mark.parametrize(
    ("formula", "b", "state"),
    [
        ("a + b", NONE, State.NO_DATA),
        ("a + b", OPEN, State.UNDEFINED),
        ("0 * b", NONE, State.NO_DATA),
        ("a / b", Figure(0), State.UNDEFINED),
        ("a / (b - b)", Figure(3), State.UNDEFINED),
        ("a * b", Figure(1e308), State.UNDEFINED),
    ],
)
def test_what_has_no_value_gives_none(formula, b, state):
    assert computed(parse_formula(formula), {"a": Figure(12), "b": b}).state is state


def test_no_data_comes_before_undefined():
    figures = {"a": OPEN, "b": NONE}
    assert computed(parse_formula("a + b"), figures).state is State.NO_DATA


def test_huge_numbers_are_no_value():
    assert computed(parse_formula("9" * 400), {}).state is State.UNDEFINED


numbers = st.integers(0, 50).map(str) | st.sampled_from(["a", "b", "c", "0.5"])
formulas = st.recursive(
    numbers,
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        )
        | inner.map(lambda text: f"(-{text})")
    ),
    max_leaves=8,
)
DO = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
      ast.Div: operator.truediv}  # fmt: skip


@given(formulas)
def test_value_and_spelling_equal_those_of_python(text):
    node = parse_formula(text)
    wanted = python(ast.parse(text, mode="eval").body)
    for formula in (node, parse_formula(written(node))):
        found = computed(formula, ABC)
        if wanted is None:
            assert found.state is State.UNDEFINED
        else:
            assert found.value == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def python(node):
    """The value by Python's own grammar; None for a division by zero."""
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return ABC[name].value
        case ast.UnaryOp(_, part):
            value = python(part)
            return None if value is None else -value
        case ast.BinOp(left, sign, right):
            one, other = python(left), python(right)
            if one is None or other is None or (isinstance(sign, ast.Div) and other == 0):
                return None
            return DO[type(sign)](one, other)
