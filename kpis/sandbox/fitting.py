"""Whether new rows can be put to those that are there: the same columns, of the same types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import joined, ngettext
from ace_portal.lib.words import sentence as _

SHOWN = 3
TYPE_WORDS = {
    "text": _("text"),
    "integer": _("a whole number"),
    "number": _("a number"),
    "boolean": _("yes or no"),
    "date": _("a date"),
    "timestamp": _("a date with a time"),
}


def check_fit(old: Mapping[str, str], new: Mapping[str, str], keys: Sequence[str]) -> None:
    """Raise ``Invalid`` unless the new rows have every column of the old ones, and the keys.

    Both map column → type. More columns may come, and whole numbers may join a column of numbers.
    """
    gone = [column for column in old if column not in new]
    if gone:
        raise Invalid(
            ngettext(
                "The new rows have no column %(names)s, which the live ones have. "
                "Send it along, or replace all rows.",
                "The new rows have no columns %(names)s, which the live ones have. "
                "Send them along, or replace all rows.",
                len(gone),
                names=quoted(gone),
            ),
            field="mode",
        )
    for column, kind in old.items():
        if new[column] != kind and (kind, new[column]) != ("number", "integer"):
            raise _retyped(column, kind, new[column])
    unknown = [key for key in keys if key not in old]
    if unknown:
        raise Invalid(
            _("The live rows have no column “%(name)s” to tell them apart by.", name=unknown[0]),
            field="keys",
        )


def _retyped(column: str, before: str, now: str) -> Invalid:
    return Invalid(
        _(
            "“%(name)s” is %(now)s in the new rows and %(before)s in the live ones. "
            "Choose the same type, or replace all rows.",
            name=column,
            now=TYPE_WORDS[now],
            before=TYPE_WORDS[before],
        ),
        field="mode",
    )


def quoted(names: Sequence[str]) -> str:
    """The first few names in a row."""
    return joined(", ", [_("“%(name)s”", name=each) for each in names[:SHOWN]])
