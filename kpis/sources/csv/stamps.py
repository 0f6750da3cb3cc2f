"""Dates and times in text: which shapes a column shows, and the SQL that reads them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ace_portal.lib.words import pattern
from ace_portal.lib.words import sentence as _
from kpis.sources.guard import listed

ORDERS = ("day_first", "month_first")
ORDER_WORDS = {
    "day_first": _("day first"),
    "month_first": _("month first"),
    "year_first": _("year first"),
}

_SHAPE = re.compile(
    r"(?P<a>\d{1,4})(?P<sep>[-/.])(?P<b>\d{1,2}|[A-Za-z]{3})(?P=sep)(?P<c>\d{4}|\d{1,2})"
    r"(?:(?P<join>T|, | )(?P<time>\d{1,2}:\d{2}(?P<sec>:\d{2}(?P<frac>[.]\d{1,9})?)?)"
    r"(?P<noon> ?[AaPp][Mm])?)?"
    r"(?P<offset> ?(?:Z|[+-]\d{2}(?::?\d{2})?))?"
)
_OFFSET = r":[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)? ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
_WORDS = {
    "d": _("day"),
    "m": _("month"),
    "b": _("month name"),
    "Y": _("year"),
    "y": _("two-digit year"),
    "H": _("hour"),
    "I": _("hour"),
    "M": _("minute"),
    "S": _("second"),
    "f": _("fraction"),
    "p": _("AM or PM"),
}


@dataclass(frozen=True, slots=True)
class Stamps:
    """The shapes of one column: ``heads`` per order, ``tails`` the commonest first.

    ``numeric`` says that day and month are both numbers and the year does not lead, so that the
    order must be settled.
    """

    heads: dict[str, tuple[str, ...]]
    tails: tuple[str, ...]
    numeric: bool
    offsets: bool

    def local(self, value: str, order: str) -> str:
        """SQL for the local timestamp in ``value``, null where it is none."""
        formats = [head + tail for tail in self.tails for head in self.heads[order]]
        parsed = f"try_strptime({value}, [{listed(formats)}])"
        if any("%Y" in head for head in self.heads[order]):
            # %Y takes "16" for the year 16
            parsed = f"CASE WHEN year({parsed}) BETWEEN 1000 AND 9999 THEN {parsed} END"
        return f"({parsed})"

    def fixed(self, value: str) -> str | None:
        """SQL for the UTC timestamp of a value that carries its offset, null where it does not."""
        if not self.offsets:
            return None
        return (
            f"(CASE WHEN regexp_matches({value}, '{_OFFSET}') "
            f"THEN try_cast({value} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END)"
        )

    def words(self, order: str) -> str:
        """The commonest shape, as people say it."""
        shape = self.heads[order][0] + self.tails[0]
        named = {sign: word for sign, word in _WORDS.items() if f"%{sign}" in shape}
        words = pattern(re.sub("%(.)", r"%(\1)s", shape), **named)
        return _("%(shape)s with an offset from UTC", shape=words) if self.offsets else words


def looks_like_stamp(value: str) -> bool:
    """Whether the text has the shape of a date, with or without a time."""
    return _SHAPE.fullmatch(value) is not None


def stamps_of(sample: Sequence[str], *, told: str | None = None) -> Stamps | None:
    """The shapes of the commonest family in the sample, or None when there is no date in it."""
    families: Counter[str] = Counter()
    heads: Counter[tuple[str, str, bool]] = Counter()
    tails: Counter[str] = Counter()
    offsets = False
    for value in sample:
        match = _SHAPE.fullmatch(value.strip())
        if match is None:
            continue
        family = _family(match, told)
        families[family] += 1
        heads[family, match["sep"], _short_year(match, family)] += 1
        tails[_tail(match)] += 1
        offsets = offsets or match["offset"] is not None
    if not families:
        return None
    family = families.most_common(1)[0][0]
    signs = [(sep, short) for (kind, sep, short), _ in heads.most_common() if kind == family]
    joins = {tail[: tail.index("%")] for tail in tails if tail} or {" "}
    known = [tail for tail, _ in tails.most_common()]
    known += [tail for tail in _all_tails(sorted(joins)) if tail not in tails]
    return Stamps(
        heads={
            order: tuple(_head(family, order, sep, short=short) for sep, short in signs)
            for order in (*ORDERS, "year_first")
        },
        tails=tuple(known),
        numeric=family == "numbers",
        offsets=offsets,
    )


def _family(match: re.Match[str], told: str | None) -> str:
    if match["b"].isalpha():
        return "named"
    if len(match["a"]) == 4 or (told == "year_first" and len(match["c"]) != 4):
        return "year"
    return "numbers"


def _short_year(match: re.Match[str], family: str) -> bool:
    return len(match["a" if family == "year" else "c"]) < 4


def _head(family: str, order: str, sep: str, *, short: bool) -> str:
    year = "%y" if short else "%Y"
    if family == "year":
        return sep.join((year, "%m", "%d"))
    if family == "named":
        return sep.join(("%d", "%b", year))
    if order == "month_first":
        return sep.join(("%m", "%d", year))
    return sep.join(("%d", "%m", year))


def _tail(match: re.Match[str]) -> str:
    if match["time"] is None:
        return ""
    hour = "%I" if match["noon"] else "%H"
    seconds = ":%S" if match["sec"] else ""
    fraction = ".%f" if match["frac"] else ""
    noon = match["noon"].replace(match["noon"].strip(), "%p") if match["noon"] else ""
    return f"{match['join']}{hour}:%M{seconds}{fraction}{noon}"


def _all_tails(joins: list[str]) -> list[str]:
    times = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
    return ["", *(join + time for join in joins for time in times)]
