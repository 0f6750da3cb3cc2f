"""What the pure rooms say to people is marked for translation, and each mark is sound."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("kpis/engine", "kpis/sources", "kpis/sandbox", "kpis/checking")
FILES = [
    *sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py")),
    ROOT / "kpis/differences.py",
    ROOT / "kpis/formula.py",  # the form's side of a definition knows no Django either
]

#: what takes a sentence → its place among the arguments, its name
TAKES = {
    **dict.fromkeys(("Invalid", "PortalError", "Temporary", "Conflict"), (0, "message")),
    "Finding": (1, "reason"),
    "Need": (2, "question"),
    "BadRow": (3, "reason"),
    "refuse": (2, "why"),
    "explain": (9, "doing"),
}
MARKS = ("_", "ngettext", "gettext_noop")


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def argument(call: ast.Call) -> ast.expr | None:
    place, name = TAKES[name_of(call)]
    if len(call.args) > place:
        return call.args[place]
    return next((word.value for word in call.keywords if word.arg == name), None)


def spoken(node: ast.expr, around: ast.AST) -> Iterator[ast.expr]:
    """What an argument comes to: both sides of a choice, what a name was set to."""
    match node:
        case ast.IfExp():
            yield from spoken(node.body, around)
            yield from spoken(node.orelse, around)
        case ast.BoolOp():
            for value in node.values:
                yield from spoken(value, around)
        case ast.BinOp():
            yield from spoken(node.left, around)
            yield from spoken(node.right, around)
        case ast.Call(func=ast.Attribute(value=value)):
            yield from spoken(value, around)
        case ast.Name(id=name):
            for other in ast.walk(around):
                if isinstance(other, ast.Assign) and any(
                    isinstance(target, ast.Name) and target.id == name for target in other.targets
                ):
                    yield from spoken(other.value, ast.Pass())
        case _:
            yield node


def is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != ""


def unmarked(source: str) -> list[int]:
    """The lines of sentences that nobody could translate."""
    tree = ast.parse(source)
    around = {
        node: function
        for function in [tree, *(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))]
        for node in ast.walk(function)
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and name_of(node) in TAKES
        and (given := argument(node)) is not None
        and any(is_text(one) for one in spoken(given, around[node]))
    ]  # fmt: skip


def unsound(source: str) -> list[int]:
    """The lines of marks that hold no literal, or whose values are not those that it names."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and name_of(node) in MARKS and not _sound(node)
    ]


def _sound(call: ast.Call) -> bool:
    texts = call.args[:2] if name_of(call) == "ngettext" else call.args
    named: set[str] = set()
    for text in texts:
        if not isinstance(text, ast.Constant) or not isinstance(text.value, str) or not text.value:
            return False
        named |= set(re.findall(r"%\((\w+)\)s", text.value))
        if "%" in re.sub(r"%\(\w+\)s|%%", "", text.value):
            return False
    return name_of(call) == "gettext_noop" or named == {word.arg for word in call.keywords}


@pytest.mark.parametrize("file", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_sentences_of_pure_rooms_are_marked(file: Path) -> None:
    assert unmarked(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_marks_hold_a_literal_and_its_values(file: Path) -> None:
    assert unsound(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'raise Invalid("No.", field="x")',
        'raise Invalid(f"No {x}.")',
        'raise PortalError(message="No.")',
        'raise Invalid("No %s." % x)',
        'raise Invalid("No {}.".format(x))',
        'raise Invalid(_("No.") if x else "Yes.")',
        'raise Invalid(x or "No.")',
        'Finding(plan, "All of them.")',
        'Finding(plan, reason=f"All {x}.")',
        'Need("kind", "column", "Which?", ())',
        'raise refuse(sql, 3, "it is unknown")',
        'raise explain(error, doing="reading")',
        'why = "No."; raise Invalid(why)',
    ],
)
def test_unmarked_sentence_is_found(line: str) -> None:
    assert unmarked(f"def f(x):\n    {line}\n") == [2]


@pytest.mark.parametrize(
    "line",
    [
        'raise Invalid(_("No."), field="x")',
        "raise Invalid(WHY[x])",
        "Finding(plan, CHOSEN)",
        'why = _("No."); raise Invalid(why)',
        'raise ValueError(f"no {x}")',
    ],
)
def test_marked_sentence_is_let_through(line: str) -> None:
    assert unmarked(f"def f(x):\n    {line}\n") == []


@pytest.mark.parametrize(
    "mark",
    [
        '_(f"No {x}.")',
        "_(x)",
        '_("")',
        '_("No %(x)s.")',
        '_("No.", x=x)',
        '_("100 %")',
        'ngettext("%(n)s row", "%(m)s rows", 2, n=2)',
        "gettext_noop(x)",
    ],
)
def test_unsound_mark_is_found(mark: str) -> None:
    assert unsound(mark) == [1]
