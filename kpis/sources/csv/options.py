"""What a person may say about delimited text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import ClassVar

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.reading import Reading

SIGNS = {"delimiter": _("delimiter"), "quote": _("quote")}


@dataclass(frozen=True, slots=True)
class Options(Reading):
    """How to read delimited text."""

    what: ClassVar[str] = _("a CSV file")
    asks_decimal: ClassVar[bool] = True

    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    header: bool | None = None

    def __post_init__(self) -> None:
        if self.encoding is not None:
            _known_encoding(self.encoding)
        for name, sign in (("delimiter", self.delimiter), ("quote", self.quote)):
            if sign is not None and (len(sign) != 1 or not sign.isascii() or sign in "\r\n\0"):
                raise Invalid(
                    _(
                        "The %(what)s must be one character, not “%(sign)s”.",
                        what=SIGNS[name],
                        sign=sign,
                    ),
                    field=name,
                )
        if self.delimiter == self.quote:
            raise Invalid(_("The delimiter and the quote must differ."), field="delimiter")
        Reading.__post_init__(self)


def _known_encoding(encoding: str) -> None:
    try:
        is_text = isinstance(codecs.getincrementaldecoder(encoding)().decode(b""), str)
    except (LookupError, ValueError, TypeError):
        is_text = False
    if not is_text:
        raise Invalid(
            _(
                "“%(name)s” is not a text encoding. Common ones: utf-8, cp1252, utf-16.",
                name=encoding,
            ),
            field="encoding",
        )
