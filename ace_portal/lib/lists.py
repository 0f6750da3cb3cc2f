"""Several values in one line of text, as people type them: ``North; South``.

A value that has the sign in it stands in quotes: ``"R; D"; Sales``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

SEPARATOR = ";"


def in_a_line(values: Iterable[str]) -> str:
    """The values as ``of_a_line`` reads them again."""
    return f"{SEPARATOR} ".join(_quoted(value) for value in values)


def of_a_line(text: str) -> list[str]:
    """What stands between the signs, without the blanks around it; nothing for nothing."""
    rows = csv.reader(io.StringIO(text.strip()), delimiter=SEPARATOR, skipinitialspace=True)
    return [value for row in rows for one in row if (value := one.strip())]


def _quoted(value: str) -> str:
    if SEPARATOR not in value and not value.startswith('"'):
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'
