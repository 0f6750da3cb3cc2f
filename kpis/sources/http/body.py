"""What lies where in a body of JSON, and rows out of what is nested."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import joined
from ace_portal.lib.words import sentence as _

NAMED = 10
NOTHING = object()


def _no_number(name: str) -> Any:
    raise ValueError(name)


DECODER = json.JSONDecoder(parse_constant=_no_number)


def decoded(body: bytes, kind: str) -> Any:
    """The body as JSON; ``Invalid`` says what came instead."""
    try:
        return DECODER.decode(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        what = kind.partition(";")[0].strip()[:80] or _("nothing that says what it is")
        raise Invalid(
            _(
                "What came is no JSON (%(what)s). Is this the address of the data, and not of a "
                "page for people?",
                what=what,
            ),
            field="path",
        ) from error


def at(body: Any, path: str) -> Any:
    """What lies at ``/a/0/b`` or ``a.0.b``; ``NOTHING`` where there is no such place."""
    for part in _parts(path):
        if isinstance(body, dict) and part in body:
            body = body[part]
        elif isinstance(body, list) and part.isdecimal() and int(part[:9]) < len(body):
            body = body[int(part)]
        else:
            return NOTHING
    return body


def _parts(path: str) -> Iterable[str]:
    path = path.strip()
    if path.startswith("/"):  # RFC 6901
        return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]
    return [part for part in path.removeprefix("$.").split(".") if part and part != "$"]


def rows_of(body: Any, path: str) -> list[Any]:
    """The list at ``path``; ``Invalid`` says what is there instead, and what there is."""
    found = at(body, path)
    if isinstance(found, list):
        return found
    if found is NOTHING:
        why = _("There is nothing at “%(path)s”.", path=path)
    elif path:
        why = _("At “%(path)s” there is no list of rows.", path=path)
    else:
        why = _("The body is no list of rows.")
    lists = [_("“%(name)s”", name=name) for name in _lists_in(body)][:NAMED]
    if not lists:
        raise Invalid(why, field="rows_at")
    told = joined(", ", lists)
    raise Invalid(_("%(why)s There are lists at %(names)s.", why=why, names=told), field="rows_at")


def _lists_in(body: Any, before: str = "", depth: int = 2) -> Iterable[str]:
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if isinstance(value, list):
            yield f"{before}{name}"[:100]
        elif depth and isinstance(value, dict):
            yield from _lists_in(value, f"{before}{name}.", depth - 1)


def flat(row: Any, depth: int) -> Any:
    """The row with its objects as ``a.b``, so many levels deep; what is no object stays."""
    if not isinstance(row, dict) or not depth:
        return row
    out: dict[str, Any] = {}
    for key, value in row.items():
        inner = flat(value, depth - 1) if isinstance(value, dict) and value else None
        names = {f"{key}.{name}": one for name, one in inner.items()} if inner else {}
        # A name that the row has already keeps its own value; the object then stays in one piece.
        if names and not any(name in row or name in out for name in names):
            out |= names
        else:
            out[key] = value
    return out
