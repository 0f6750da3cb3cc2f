"""Rows that cannot be read: which they are, why, and the refusal that they lead to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import lru_cache

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import ngettext
from ace_portal.lib.words import sentence as _
from kpis.sources.base import BAD_ROWS_SHOWN, BadRow, Caps


@dataclass(slots=True)
class Bad:
    """Rows that cannot be read, the first hundred of them in full."""

    total: int = 0
    shown: list[BadRow] = field(default_factory=list)
    cut: bool = False  # the file ends in the middle of a row

    def add(self, row: BadRow) -> None:
        self.total += 1
        if len(self.shown) < BAD_ROWS_SHOWN:
            self.shown.append(row)


CUT = _("The file ends in the middle of a row: it was probably cut off while it was copied.")


@lru_cache(maxsize=64)  # a file of bad rows has the same few reasons
def other_width(wanted: int, found: int) -> str:
    return _("%(wanted)s cells expected, %(found)s found", wanted=wanted, found=found)


def misread(error: str, line: int, quote: str, caps: Caps, *, cut: bool) -> str:
    """Why Python's reader stumbled; what swallows rows is raised.

    ``cut`` says that the file ends within the line on which the row begins.
    """
    if "unexpected end" in error and cut:
        return _("the file ends within a quoted text")
    if "unexpected end" in error:
        raise Invalid(
            _(
                "The quote that opens on line %(line)s is never closed. Close it, or choose "
                "another quote character.",
                line=f"{line:,}",
            ),
            field="quote",
            line=line,
        )
    if "field larger" in error:
        raise cell_too_long(line, caps)
    return _after_quote(quote)


@lru_cache(maxsize=8)
def _after_quote(quote: str) -> str:
    return _("text after the closing %(quote)s", quote=quote)


def cell_too_long(line: int, caps: Caps) -> Invalid:
    return Invalid(
        _(
            "A cell on line %(line)s has more than %(most)s characters. Is a quote left open "
            "there?",
            line=f"{line:,}",
            most=f"{caps.cell_characters:,}",
        ),
        field="file",
        line=line,
    )


def more_rows(count: int) -> str:
    if count < 1:
        return ""
    return ngettext(
        " %(n)s more row does not fit.", " %(n)s more rows do not fit.", count, n=f"{count:,}"
    )


def refuse_bad_rows(bad: Bad) -> Invalid:
    """The refusal of a file with rows that do not fit."""
    first = bad.shown[0]
    return Invalid(
        _(
            "Line %(line)s: %(reason)s.%(more)s Mend the file, or choose to skip bad rows.",
            line=f"{first.line:,}",
            reason=first.reason,
            more=more_rows(bad.total - 1),
        ),
        field="file",
        bad_rows=[asdict(row) for row in bad.shown],
        bad_rows_total=bad.total,
    )
