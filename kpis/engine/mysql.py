"""MySQL's and MariaDB's words.

Stamps are DATETIME in UTC, texts compare byte by byte: ``sources.databases.mysql`` sees to both.
"""

from __future__ import annotations

from kpis.engine.speech import Speech, speaks

BYTES = "COLLATE utf8mb4_bin"


def _contains(column: str, part: str) -> str:
    sides = (f"CONVERT({side} USING utf8mb4) {BYTES}" for side in (part, column))
    return f"LOCATE({', '.join(sides)})"


def _cut(grain: str, local: str) -> str:
    match grain:
        case "hour":
            return f"TIMESTAMP(DATE({local}), MAKETIME(HOUR({local}), 0, 0))"
        case "day":
            return f"DATE({local})"
        case "week":
            return f"(DATE({local}) - INTERVAL WEEKDAY({local}) DAY)"
        case "month":
            return f"(DATE({local}) - INTERVAL (DAYOFMONTH({local}) - 1) DAY)"
        case "quarter":
            return f"(MAKEDATE(YEAR({local}), 1) + INTERVAL (QUARTER({local}) - 1) QUARTER)"
        case _:
            return f"MAKEDATE(YEAR({local}), 1)"


speaks(
    "mysql",
    Speech(
        micros=lambda start, end: f"TIMESTAMPDIFF(MICROSECOND, {start}, {end})",
        days=lambda start, end: f"DATEDIFF({end}, {start})",
        seconds=lambda text: f"(({text}) / 1e6)",
        divide=lambda text, by: f"({text} DIV {by})",
        rest=lambda text, by: f"MOD({text}, {by})",
        add=lambda unit, by, stamp: f"TIMESTAMPADD({unit}, {by}, {stamp})",
        cut=_cut,
        as_stamp=lambda day: day,
        stamp="TIMESTAMP '{}'".format,
        contains=_contains,
    ),
)
