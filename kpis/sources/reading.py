"""What a person may say about any file, and what a look at it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Self

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import TYPES
from kpis.sources.zones import zone_named

DATE_ORDERS = ("day_first", "month_first", "year_first")
BAD_ROWS = ("stop", "skip")


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a table. What is left open the file decides, and an open question stops the
    load."""

    what: ClassVar[str] = _("a file")
    asks_decimal: ClassVar[bool] = False  # whether its numbers may have a decimal comma

    null_tokens: tuple[str, ...] = ("",)
    date_order: str | None = None
    decimal: str = "."
    time_zone: str = "UTC"
    types: Mapping[str, str] = field(default_factory=dict)
    bad_rows: str = "stop"

    def __post_init__(self) -> None:
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
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        unknown = sorted(set(data) - {known.name for known in fields(cls)})
        if unknown:
            raise Invalid(
                _("“%(name)s” is not an option of %(what)s.", name=unknown[0], what=cls.what),
                field=unknown[0],
            )
        known = dict(data)
        if "null_tokens" in known:
            known["null_tokens"] = tuple(known["null_tokens"])
        return cls(**known)


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
    written: str = ""  # how its values are spelled, where there is more than one way
    choices: tuple[str, ...] = TYPES  # what it can be read as


@dataclass(frozen=True, slots=True)
class Need:
    """A question that the file leaves open.

    ``kind`` names the option that answers it; ``suggestion`` is one of ``choices`` or empty. An
    ``urgent`` one must be answered before the file can be loaded.
    """

    kind: str
    column: str
    question: str
    choices: tuple[str, ...]
    suggestion: str = ""
    urgent: bool = True
    labels: tuple[str, ...] = ()  # of the choices, where they need words


@dataclass(frozen=True, slots=True)
class Profile:
    """A look at the file. ``options`` load it as seen here, once ``needs`` are answered."""

    options: Reading
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
    notes: tuple[str, ...] = ()  # what else should be known: what was left out, filled, cut off
    cut: bool = False  # the file ends in the middle of a row
    as_of: str | None = None  # the latest timestamp; without an offset it is a local one

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "options": self.options.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], options: type[Reading]) -> Profile:
        known = dict(data)
        known["options"] = options.from_json(data["options"])
        known["columns"] = tuple(_column(column) for column in data["columns"])
        known["null_candidates"] = tuple(NullToken(**token) for token in data["null_candidates"])
        known["needs"] = tuple(_need(need) for need in data["needs"])
        known["notes"] = tuple(data.get("notes", ()))
        known["preview"] = tuple(tuple(row) for row in data["preview"])
        return cls(**known)


def _need(data: Mapping[str, Any]) -> Need:
    lists = {key: tuple(data.get(key, ())) for key in ("choices", "labels")}
    return Need(**{**data, **lists})


def _column(data: Mapping[str, Any]) -> ColumnProfile:
    known = dict(data)
    known["examples"] = tuple(data["examples"])
    known["choices"] = tuple(data.get("choices", TYPES))
    known["null_tokens"] = tuple(NullToken(**token) for token in data["null_tokens"])
    return ColumnProfile(**known)
