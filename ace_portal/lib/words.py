"""Sentences of rooms that know no Django: English text that can be translated where it is shown.

A pure room imports ``sentence as _``, so that ``makemessages`` finds its literals; whoever shows
the text calls ``ace_portal.lib.saying.said``. Placeholders are named, a percent sign is ``%%``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Given = str | int | float
One = Callable[[str], str]
Many = Callable[[str, str, int], str]

MARK = "\0words"
"""The key of a sentence on its way through JSON; no column can be called so."""


class Words(str):
    """A sentence that is its English text and knows how it was made.

    ``given`` are the named values of ``msgid``, Words among them. With ``plural`` there are two
    texts, and ``number`` decides. ``capital`` makes the first letter a large one.
    """

    msgid: str
    given: dict[str, Given]
    plural: str
    number: int
    capital: bool

    def __new__(
        cls,
        msgid: str,
        given: Mapping[str, Given] | None = None,
        plural: str = "",
        number: int = 1,
        capital: bool = False,
    ) -> Words:
        known = dict(given or {})
        chosen = plural if plural and number != 1 else msgid
        self = super().__new__(cls, _filled(chosen, known, capital))
        self.msgid, self.given, self.plural = msgid, known, plural
        self.number, self.capital = number, capital
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.msgid, self.given, self.plural, self.number, self.capital

    def through(self, one: One, many: Many) -> str:
        """The text in the language of these two: ``gettext`` and ``ngettext``."""
        chosen = many(self.msgid, self.plural, self.number) if self.plural else one(self.msgid)
        given = {
            name: value.through(one, many) if isinstance(value, Words) else value
            for name, value in self.given.items()
        }
        return _filled(chosen, given, self.capital)


def _filled(template: str, given: Mapping[str, Given], capital: bool) -> str:
    text = template % given
    return text[:1].upper() + text[1:] if capital else text


def sentence(msgid: str, /, **given: Given) -> Words:
    """A literal with its named values; numbers come formatted."""
    return Words(msgid, given)


def ngettext(singular: str, plural: str, n: int, /, **given: Given) -> Words:
    """One of two literals, as the number asks."""
    return Words(singular, given, plural, n)


def gettext_noop(msgid: str) -> str:
    """Marks a literal that ``pattern`` fills later."""
    return msgid


def pattern(template: str, /, **given: Given) -> Words:
    """Words from a template that ``gettext_noop`` marks, or that is only placeholders and signs."""
    return Words(template, given)


def joined(separator: str, parts: Sequence[str]) -> Words:
    """The parts with a sign or a word between them, each translated by itself."""
    given = {f"p{place}": part for place, part in enumerate(parts)}
    template = "%(between)s".join(f"%({name})s" for name in given)
    return Words(template, {**given, "between": separator})


def capitalised(text: str) -> str:
    """The text with a large first letter, in whichever language it comes out."""
    if isinstance(text, Words):
        return Words(text.msgid, text.given, text.plural, text.number, True)
    return text[:1].upper() + text[1:]


def packed(value: Any) -> Any:
    """JSON-like data in which each of the Words is an object that ``unpacked`` knows."""
    if isinstance(value, Words):
        msgid, given, *rest = value.__getnewargs__()
        return {MARK: [msgid, packed(given), *rest]}
    if isinstance(value, Mapping):
        return {key: packed(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [packed(one) for one in value]
    return value


def unpacked(value: Any) -> Any:
    """What ``packed`` made, with its Words again."""
    if isinstance(value, dict):
        if MARK in value:
            msgid, given, *rest = value[MARK]
            return Words(msgid, unpacked(given), *rest)
        return {key: unpacked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [unpacked(one) for one in value]
    return value
