"""Objects as rows: their keys are the columns, in the order in which they come up."""

from __future__ import annotations

import csv
import json
from array import array
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import joined
from ace_portal.lib.words import sentence as _
from kpis.sources.base import BadRow, Caps
from kpis.sources.csv.bad import CUT, Bad, cell_too_long
from kpis.sources.csv.dialect import names_of
from kpis.sources.csv.stage import SHOWN
from kpis.sources.jsonl.reading import TOO_DEEP, Found, values_in


@dataclass(slots=True)
class Objects:
    """What was written: the columns, the bad rows, and where each row begins."""

    columns: dict[str, int] = field(default_factory=dict)
    nested: dict[str, None] = field(default_factory=dict)
    bad: Bad = field(default_factory=Bad)
    at: array[int] = field(default_factory=lambda: array("q"))  # the line of each data row

    @property
    def names(self) -> tuple[str, ...]:
        return names_of(list(self.columns))

    @property
    def notes(self) -> tuple[str, ...]:
        notes = [CUT] if self.bad.cut else []
        if self.nested:
            columns = joined(", ", [_("“%(name)s”", name=name) for name in list(self.nested)[:20]])
            notes.append(
                _("Lists and objects are kept as JSON text in %(columns)s.", columns=columns)
            )
        return tuple(notes)

    def lines(self, numbers: Set[int]) -> dict[int, int]:
        return {number: self.at[number - 1] for number in numbers}


def write_objects(path: Path, clean: Path, caps: Caps) -> Objects:
    """Write a row for each object to ``clean``, its number first."""
    objects, width = Objects(), 0
    grown = False
    with clean.open("w", encoding="utf-8", newline="", errors="replace") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, found in enumerate(values_in(path), start=1):
            objects.at.append(found.line)
            cells = _cells(objects, found, caps)
            if cells is None:
                continue
            grown = grown or bool(width and len(cells) > width)
            width = max(width, len(cells))
            if number % 1_000 == 0 and number > caps.rows:
                raise Invalid(
                    _("The file has more than %(most)s rows.", most=f"{caps.rows:,}"), field="file"
                )
            writer.writerow([number, *cells])
    if not objects.columns and not objects.bad.total:
        raise Invalid(_("The file holds no object with a value."), field="file")
    if grown:
        _pad(clean, 1 + len(objects.columns))
    return objects


def _cells(objects: Objects, found: Found, caps: Caps) -> list[str] | None:
    """The row of an object; None for what is none, which counts as bad."""
    reason = found.reason
    if not reason and not isinstance(found.value, dict):
        reason = _("not an object in braces")
    if not reason:
        try:
            return _row(objects, found.value, found.line, caps)
        except RecursionError:
            reason = TOO_DEEP
    objects.bad.add(BadRow(found.line, "", found.raw[:SHOWN], reason))
    objects.bad.cut = objects.bad.cut or found.cut
    return None


def _row(objects: Objects, value: Mapping[str, Any], line: int, caps: Caps) -> list[str]:
    columns = objects.columns
    for key in value:
        if key not in columns:
            columns[key] = len(columns)
            if len(columns) > caps.columns:
                raise Invalid(
                    _(
                        "The objects have more than %(most)s different keys.",
                        most=f"{caps.columns:,}",
                    ),
                    field="file",
                )
    row = [""] * len(columns)
    for key, one in value.items():
        cell = _text(one)
        if isinstance(one, dict | list):
            objects.nested[key] = None
        if len(cell) > caps.cell_characters:
            raise cell_too_long(line, caps)
        row[columns[key]] = cell
    return row


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def _pad(clean: Path, width: int) -> None:
    """Rows from before a key came up get an empty cell for it."""
    whole = clean.with_name(f"{clean.name}.whole")
    try:
        with (
            clean.open(encoding="utf-8", newline="") as source,
            whole.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file, lineterminator="\n")
            for row in csv.reader(source):
                writer.writerow([*row, *[""] * (width - len(row))])
        whole.replace(clean)
    finally:
        whole.unlink(missing_ok=True)
