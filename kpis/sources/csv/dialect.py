"""Delimiter, header and column names, decided from the beginning of the file."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import ROW, Caps
from kpis.sources.csv.options import Options

HEAD_ROWS = 200
HEAD_CHARACTERS = 1 << 18
NAME_CHARACTERS = 200
DELIMITERS = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("bar")}
DATA_LIKE = re.compile(
    r"[+-]?[\d.,]+%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|true|false", re.IGNORECASE
)
LINE_BREAK = re.compile(r"[\r\n\t\u2028\u2029]+")  # a spreadsheet wraps long names
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the text is cut into cells; ``names`` are the columns in file order."""

    delimiter: str
    quote: str
    header: bool
    names: tuple[str, ...]
    dialect_note: str
    header_note: str


def read_rows(text: str, delimiter: str, quote: str) -> list[list[str]]:
    """The first complete rows of the text, blank ones left out."""
    # Only a line feed or a carriage return ends a line; str.splitlines() knows eight more.
    lines = io.StringIO(text, newline="")
    rows = csv.reader(lines, delimiter=delimiter, quotechar=quote)
    found: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # what came before the stumble is enough
        found.extend(row for row in itertools.islice(rows, HEAD_ROWS) if row)
    return found


def dialect_of(path: Path, options: Options, caps: Caps) -> Dialect:
    """The dialect of a UTF-8 file, with what the options say and a reason for what they leave."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        text = file.read(HEAD_CHARACTERS)
    if not text.strip():
        raise Invalid(_("The file holds only blank lines."), field="file")
    if len(text) == HEAD_CHARACTERS and "\n" in text:
        text = text[: text.rindex("\n") + 1]  # the last line may be cut
    delimiter, note = _delimiter(text, options)
    rows = read_rows(text, delimiter, options.quote)
    if not rows:
        raise Invalid(
            _("The first line cannot be read as a row. Check the quotes in it."), field="quote"
        )
    if len(rows[0]) > caps.columns:
        raise Invalid(
            _(
                "The file has %(n)s columns; at most %(most)s are allowed.",
                n=f"{len(rows[0]):,}",
                most=f"{caps.columns:,}",
            ),
            field="file",
        )
    header, why = _header(rows, options)
    names = names_of(rows[0]) if header else tuple(f"column_{i + 1}" for i in range(len(rows[0])))
    return Dialect(delimiter, options.quote, header, names, note, why)


def _delimiter(text: str, options: Options) -> tuple[str, str]:
    if options.delimiter is not None:
        label = DELIMITERS.get(options.delimiter) or _("“%(sign)s”", sign=options.delimiter)
        return options.delimiter, _("Cells are cut at each %(sign)s, as chosen.", sign=label)
    best, best_score, best_note = ",", 0.0, _("There is one column: no delimiter was found.")
    for sign, label in DELIMITERS.items():
        widths = Counter(len(row) for row in read_rows(text, sign, options.quote))
        width, rows = widths.most_common(1)[0] if widths else (1, 0)
        if width < 2:
            continue
        share = rows / widths.total()
        score = share + min(width, 50) / 1000  # even rows first, then more columns
        if score > best_score:
            best, best_score = sign, score
            best_note = _(
                "A %(sign)s cuts %(n)s of the first %(of)s rows into %(width)s cells.",
                sign=label,
                n=f"{rows:,}",
                of=f"{widths.total():,}",
                width=width,
            )
    return best, best_note


def _header(rows: list[list[str]], options: Options) -> tuple[bool, str]:
    if options.header is not None:
        return options.header, _("As chosen.")
    data = [cell for cell in rows[0] if DATA_LIKE.fullmatch(cell.strip())]
    if data:
        return False, _(
            "The first row looks like data, for example “%(value)s”: no column names.",
            value=data[0],
        )
    if len(rows) == 1 and not any(cell.strip() for cell in rows[0]):
        return False, _("The only row is empty.")
    return True, _("The first row holds words only: these are the column names.")


def names_of(cells: Sequence[str]) -> tuple[str, ...]:
    """The columns as the cells of the header name them; Invalid for what is no name."""
    names = tuple(LINE_BREAK.sub(" ", cell).strip() for cell in cells)
    seen: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        wrong = _wrong(name, place, seen)
        if wrong is not None:
            raise Invalid(wrong, field="header")
        seen[name.casefold()] = place
    return names


def _wrong(name: str, place: int, seen: Mapping[str, int]) -> str | None:
    """What is wrong with the name of this column, if anything is."""
    if not name:
        return _("Column %(n)s has no name. Give each column a name in the first line.", n=place)
    if CONTROL.search(name):
        return _("The name of column %(n)s holds what is no character. Rename the column.", n=place)
    if len(name) > NAME_CHARACTERS:
        return _(
            "The name of column %(n)s has %(length)s characters; at most %(most)s are "
            "allowed. Is the first line really the header?",
            n=place,
            length=f"{len(name):,}",
            most=NAME_CHARACTERS,
        )
    key = name.casefold()
    if key == ROW:
        return _(
            "Column %(n)s is called “%(name)s”. The portal keeps this name for the row "
            "number: rename the column.",
            n=place,
            name=name,
        )
    if key in seen:
        return _(
            "Columns %(first)s and %(n)s are both called “%(name)s”. Rename one of them "
            "(capital letters do not count).",
            first=seen[key],
            n=place,
            name=name,
        )
    return None
