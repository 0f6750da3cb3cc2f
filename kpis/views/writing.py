"""What the pages share on which SQL is written: words to complete, the place of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from ace_portal.lib.errors import Invalid

BESIDE = 60  # letters that are shown on either side of a place
KEYWORDS = [
    "SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "HAVING", "QUALIFY", "LIMIT", "JOIN",
    "LEFT JOIN", "ON", "USING", "WITH", "AS", "AND", "OR", "NOT", "IN", "BETWEEN", "LIKE",
    "IS NULL", "IS NOT NULL", "CASE", "WHEN", "THEN", "ELSE", "END", "DISTINCT", "UNION ALL",
    "PARTITION BY", "OVER", "EXCLUDE", "REPLACE", "INTERVAL", "DESC", "ASC",
]  # fmt: skip

Answer = TypeVar("Answer")


def noting(place: dict[str, Any], call: Callable[..., Answer]) -> Callable[..., Answer]:
    """The call; where it is refused at a line and column, ``place`` gets them and what is there."""

    def run(**given: Any) -> Answer:
        try:
            return call(**given)
        except Invalid as error:
            if error.details.get("line"):
                line, column = int(error.details["line"]), int(error.details["column"])
                place.update(excerpt(given["sql"], line, column))
            raise

    return run


def excerpt(sql: str, line: int, column: int) -> dict[str, Any]:
    """A place of a query and what stands around it, both counted from 1."""
    lines = sql.replace("\r\n", "\n").split("\n")
    text = lines[line - 1] if line <= len(lines) else ""
    found = re.match(r'"[^"]*"|\w+|\S', text[column - 1 :])
    end = column - 1 + len(found[0]) if found else len(text)
    return {
        "line": line, "column": column, "before": text[: column - 1][-BESIDE:],
        "wrong": text[column - 1 : end] or " ", "after": text[end:][:BESIDE],
    }  # fmt: skip
