"""What a person may say about a file, and what the file says about itself."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import TYPES
from kpis.sources.zones import zone_named

DATE_ORDERS = ("day_first", "month_first", "year_first")
BAD_ROWS = ("stop", "skip")
SIGNS = {"delimiter": _("delimiter"), "quote": _("quote")}


@dataclass(frozen=True, slots=True)
class Options:
    """How to read a file. None means: the file decides, and an open question stops the load."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    header: bool | None = None
    null_tokens: tuple[str, ...] = ("",)
    date_order: str | None = None
    decimal: str = "."
    time_zone: str = "UTC"
    types: Mapping[str, str] = field(default_factory=dict)
    bad_rows: str = "stop"

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
        _one_of("date_order", self.date_order, (None, *DATE_ORDERS))
        _one_of("decimal", self.decimal, (".", ","))
        _one_of("bad_rows", self.bad_rows, BAD_ROWS)
        for column, kind in self.types.items():
            if kind not in TYPES:
                known = ", ".join(TYPES)
                raise Invalid(
                    _(
                        "“%(type)s” is not a type that column “%(column)s” can have. "
                        "Types: %(known)s.",
                        type=kind,
                        column=column,
                        known=known,
                    ),
                    field="types",
                )
        zone_named(self.time_zone)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "null_tokens": list(self.null_tokens), "types": dict(self.types)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Options:
        unknown = sorted(set(data) - {known.name for known in fields(cls)})
        if unknown:
            raise Invalid(
                _("“%(name)s” is not an option of a CSV file.", name=unknown[0]), field=unknown[0]
            )
        known = dict(data)
        if "null_tokens" in known:
            known["null_tokens"] = tuple(known["null_tokens"])
        return cls(**known)


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


def _one_of(label: str, value: str | None, known: tuple[str | None, ...]) -> None:
    if value not in known:
        choices = ", ".join(str(choice) for choice in known if choice is not None)
        raise Invalid(
            _(
                "“%(value)s” is not a choice for %(name)s. Choices: %(choices)s.",
                value=str(value),
                name=label,
                choices=choices,
            ),
            field=label,
        )


@dataclass(frozen=True, slots=True)
class NullToken:
    """A spelling of "nothing" that occurs; ``proposed`` when it is one without doubt."""

    token: str
    count: int
    proposed: bool


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What one column seems to hold; ``distinct`` is an estimate over the rows that were read."""

    name: str
    type: str
    reason: str
    nulls: int
    distinct: int
    examples: tuple[str, ...]
    null_tokens: tuple[NullToken, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """A question that must be answered before the file can be loaded.

    ``kind`` names the option that answers it; ``suggestion`` is one of ``choices`` or empty.
    """

    kind: str
    column: str
    question: str
    choices: tuple[str, ...]
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A look at the file. ``options`` load it as seen here, once ``needs`` are answered."""

    options: Options
    bytes: int
    rows: int  # data rows that were read
    complete: bool  # False: only the first ``rows`` rows were read
    encoding_note: str
    dialect_note: str
    header_note: str
    columns: tuple[ColumnProfile, ...]
    null_candidates: tuple[NullToken, ...]
    needs: tuple[Need, ...]
    preview: tuple[tuple[str, ...], ...]
    bad_rows_total: int = 0

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "options": self.options.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Profile:
        known = dict(data)
        known["options"] = Options.from_json(data["options"])
        known["columns"] = tuple(_column(column) for column in data["columns"])
        known["null_candidates"] = tuple(NullToken(**token) for token in data["null_candidates"])
        known["needs"] = tuple(
            Need(**{**need, "choices": tuple(need["choices"])}) for need in data["needs"]
        )
        known["preview"] = tuple(tuple(row) for row in data["preview"])
        return cls(**known)


def _column(data: Mapping[str, Any]) -> ColumnProfile:
    known = dict(data)
    known["examples"] = tuple(data["examples"])
    known["null_tokens"] = tuple(NullToken(**token) for token in data["null_tokens"])
    return ColumnProfile(**known)
