"""JSON as the API takes it; apart from ``api.py`` because DRF imports it early."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

LARGEST = 2**63 - 1


class StrictJSONParser(JSONParser):
    """JSON that a database can keep: no NUL, no lone surrogate, no number beyond its types."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            data = json.load(
                codecs.getreader("utf-8")(stream),
                parse_constant=_no_number,
                parse_float=_finite,
                parse_int=_whole,
            )
            _check_text(data)
        except RecursionError as error:
            raise ParseError(_("This is nested too deeply.")) from error
        except ValueError as error:
            raise ParseError(_("This JSON cannot be read: %(why)s") % {"why": error}) from error
        return data


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if abs(value) == float("inf"):
        raise ValueError("a number is too large")
    return value


def _whole(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > LARGEST:
        raise ValueError("a number is too large")
    return int(text)


def _check_text(data: Any) -> None:
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            if "\0" in value:
                raise ValueError("a text has a NUL in it")
            value.encode()  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
