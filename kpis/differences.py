"""What differs between two loads of a dataset, or between a load and a file that may become one.

Pure: both sides are plain records, so a file is compared like a load. The pieces have the keys of
the ``changes`` tag: ``kind`` (added, removed, changed), ``what``, ``before`` and ``after``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ace_portal.lib.words import joined, ngettext
from ace_portal.lib.words import sentence as _
from kpis.sources.csv.dialect import DELIMITERS
from kpis.sources.csv.stamps import ORDER_WORDS
from kpis.sources.registry import FILE_SOURCES

Difference = dict[str, str]

NAMED = 8  # columns that are named in one piece
TYPES = {
    "text": _("text"),
    "integer": _("whole numbers"),
    "number": _("numbers"),
    "boolean": _("true or false"),
    "date": _("dates"),
    "timestamp": _("dates with a time"),
}
MARKS = {".": _("a point"), ",": _("a comma")}
OPTIONS = {
    "sheet": _("Sheet"),
    "header_row": _("Row with the names of the columns"),
    "delimiter": _("Cells are cut at"),
    "encoding": _("Letters are written in"),
    "decimal": _("Decimal mark"),
    "date_order": _("Order of the dates"),
    "time_zone": _("Time zone"),
}
SAME = ({"utf-8", "utf-8-sig"},)  # a mark at the beginning changes no letter


@dataclass(frozen=True, slots=True)
class Record:
    """One side: what was loaded, or what was seen in a file. ``as_of`` has a zone."""

    columns: Mapping[str, str]  # name → type, the row number left out
    rows: int | None = None  # None: not all of them were counted
    as_of: datetime | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""  # of the file
    written: Mapping[str, str] = field(default_factory=dict)  # column → how its values are spelled
    without_values: frozenset[str] = frozenset()
    bad_rows: int = 0
    cut: bool = False  # the file ends in the middle of a row


def differences(before: Record, after: Record) -> list[Difference]:
    """What is different, the weightiest first; an empty list for what is the same."""
    return [
        *_ends(before, after),
        *_columns(before, after),
        *_spellings(before, after),
        *_options(before, after),
    ]


def _ends(before: Record, after: Record) -> Iterator[Difference]:
    """How much there is, and until when."""
    if after.cut and not before.cut:
        yield _piece("added", _("The last line"), after=_("ends in the middle of a row"))
    if before.rows is not None and after.rows is not None and before.rows != after.rows:
        yield _piece("changed", _("Rows"), f"{before.rows:,}", _rows_now(before.rows, after.rows))
    if before.bad_rows != after.bad_rows:
        yield _piece(
            "changed", _("Rows that do not fit"), f"{before.bad_rows:,}", f"{after.bad_rows:,}"
        )
    if before.as_of and after.as_of and before.as_of != after.as_of:
        yield _piece(
            "changed", _("The data reaches until"), _moment(before.as_of), _moment(after.as_of)
        )


def _rows_now(before: int, after: int) -> str:
    now, count = f"{after:,}", f"{abs(after - before):,}"
    if not before:
        return now
    share = f"{abs(after - before) / before:.1%}"
    if after < before:
        return _("%(now)s, %(n)s fewer (%(share)s)", now=now, n=count, share=share)
    return _("%(now)s, %(n)s more (%(share)s)", now=now, n=count, share=share)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} {at.tzname() or ''}".strip()


def _columns(before: Record, after: Record) -> Iterator[Difference]:
    """Columns that came, went, or hold something else."""
    for name in [name for name in after.columns if name not in before.columns]:
        yield _piece("added", _("Column “%(name)s”", name=name), after=_type(after, name))
    for name in [name for name in before.columns if name not in after.columns]:
        yield _piece("removed", _("Column “%(name)s”", name=name), before=_type(before, name))
    for name in [name for name in after.columns if name in before.columns]:
        then, now = _type(before, name), _type(after, name)
        if then != now:
            yield _piece("changed", _("Column “%(name)s”", name=name), then, now)


def _type(side: Record, name: str) -> str:
    if name in side.without_values:
        return _("no value in any row")
    return TYPES[side.columns[name]]


def _spellings(before: Record, after: Record) -> Iterator[Difference]:
    """Columns whose values mean the same and are spelled otherwise, those alike together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, now in after.written.items():
        then = before.written.get(name, "")
        if then and now and then != now and before.columns.get(name) == after.columns.get(name):
            alike.setdefault((then, now), []).append(name)
    for (then, now), names in alike.items():
        yield _piece("changed", _spelling_of(names), then, now)


def _spelling_of(names: list[str]) -> str:
    quoted = [_("“%(name)s”", name=name) for name in names[:NAMED]]
    if len(names) <= NAMED:
        return _("Spelling of %(columns)s", columns=joined(", ", quoted))
    more = len(names) - NAMED
    return ngettext(
        "Spelling of %(columns)s and %(n)s more column",
        "Spelling of %(columns)s and %(n)s more columns",
        more,
        columns=joined(", ", quoted),
        n=more,
    )


def _options(before: Record, after: Record) -> Iterator[Difference]:
    """How the file is read."""
    if before.kind and after.kind and before.kind != after.kind:
        kinds = (FILE_SOURCES[side.kind].label for side in (before, after))
        yield _piece("changed", _("Kind of file"), *kinds)
    for key, what in OPTIONS.items():
        then, now = before.options.get(key), after.options.get(key)
        if then in (None, "") or now in (None, "") or then == now:
            continue
        if any({str(then), str(now)} <= same for same in SAME):
            continue
        yield _piece("changed", what, _answer(key, then), _answer(key, now))
    then, now = (
        {token for token in side.options.get("null_tokens", ()) if token}
        for side in (before, after)
    )
    if then != now:
        yield _piece("changed", _("What stands for nothing"), _tokens(then), _tokens(now))


def _answer(key: str, value: Any) -> str:
    known: Mapping[str, str] = {
        "delimiter": DELIMITERS, "decimal": MARKS, "date_order": ORDER_WORDS,
    }.get(key, {})  # fmt: skip
    return known.get(str(value), str(value))


def _tokens(tokens: set[str]) -> str:
    if not tokens:
        return _("empty cells only")
    return joined(", ", [_("“%(name)s”", name=token) for token in sorted(tokens)])


def _piece(kind: str, what: str, before: str = "", after: str = "") -> Difference:
    return {"kind": kind, "what": what, "before": before, "after": after}
