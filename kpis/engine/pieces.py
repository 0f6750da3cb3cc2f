"""The plain pieces of a definition's JSON, each taken or refused with a sentence and its field."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.definition import Scalar

_INT64 = 2**63


def object_of(data: Any, field: str, what: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise Invalid(
            _("%(what)s is written as an object with named parts.", what=what), field=field
        )
    return data


def only(data: Mapping[str, Any], known: Sequence[str], field: str) -> None:
    for key in data:
        if key not in known:
            raise Invalid(
                _(
                    "“%(key)s” has no place here; possible are %(known)s.",
                    key=str(key),
                    known=listed(known),
                ),
                field=at_path(field, key),
            )


def required(data: Mapping[str, Any], keys: Sequence[str], field: str) -> None:
    for key in keys:
        if key not in data:
            raise Invalid(_("“%(key)s” is missing.", key=key), field=at_path(field, key))


def at_path(field: str, key: object) -> str:
    return f"{field}.{key}" if field else f"{key}"


def choice(value: Any, choices: Sequence[str], field: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise Invalid(_("Choose one of %(choices)s.", choices=listed(choices)), field=field)
    return value


def listed(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("%(some)s and %(last)s", some=", ".join(words[:-1]), last=words[-1])


def list_of(value: Any, field: str, least: int, most: int) -> Sequence[Any]:
    if not isinstance(value, list | tuple) or not least <= len(value) <= most:
        if least == most:
            raise Invalid(_("This is a list of %(n)s entries.", n=least), field=field)
        raise Invalid(
            _("This is a list of %(least)s to %(most)s entries.", least=least, most=f"{most:,}"),
            field=field,
        )
    return value


def name_of(value: Any, field: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise Invalid(_("Name a column, in at most 200 characters."), field=field)
    return text_of(value, field)


def text_of(value: str, field: str) -> str:
    # PostgreSQL takes neither: better refused here than failing there.
    if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise Invalid(_("The text holds characters that cannot be stored."), field=field)
    return value


def number_of(value: Any, field: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Invalid(_("This is a number."), field=field)
    if not -_INT64 <= value < _INT64:
        raise Invalid(_("The number is too large."), field=field)
    return value


def whole(value: Any, field: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(
            _("This is a whole number from %(least)s to %(most)s.", least=least, most=f"{most:,}"),
            field=field,
        )
    return value


def scalar(value: Any, field: str, *, null: bool = False) -> Scalar:
    if isinstance(value, bool) or (null and value is None):
        return value
    if isinstance(value, str):
        return text_of(value, field)
    if isinstance(value, int | float):
        return number_of(value, field)
    raise Invalid(_("A value is a text, a number, or true or false."), field=field)
