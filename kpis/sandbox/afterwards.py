"""The parent's side of what is done to a file that is made: merged with what is live, checked."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from ace_portal.lib.errors import PortalError
from kpis.checking.finding import Finding, not_made
from kpis.checking.rules import Rule
from kpis.sandbox.limits import Limits
from kpis.sandbox.merge import Merged, Plan
from kpis.sandbox.run import in_child
from kpis.sources.base import LoadReport
from kpis.sources.parquet import beside, latest, put_in_place, sha256_of


def merge_with(
    old: Path | None, new: Path, plan: Plan, report: LoadReport, limits: Limits
) -> tuple[LoadReport, Merged]:
    """Put the rows of ``new`` to those of ``old``: ``new`` then is the whole, or untouched.

    Answers the report of the whole and what became of the new rows.
    """
    began = time.monotonic()
    with beside(new) as part:
        task = {
            "do": "merge", "old": str(old.absolute()) if old is not None else None,
            "new": str(new.absolute()), "out": str(part),
            "plan": {"keys": list(plan.keys), "last_wins": plan.last_wins},
        }  # fmt: skip
        merged = Merged.from_json(in_child(task, limits, field="file"))
        size, sha256 = part.stat().st_size, sha256_of(part)
        put_in_place(part, new)
    whole = replace(
        report,
        rows=merged.rows,
        bytes=size,
        sha256=sha256,
        columns=merged.columns,
        as_of=latest(merged.columns),
        seconds=round(report.seconds + time.monotonic() - began, 3),
    )
    return whole, merged


def examine(
    path: Path, rules: Sequence[Rule], types: Mapping[str, str], limits: Limits
) -> list[Finding]:
    """The rules that look at rows, all in one child; where it fails, none of them is passed."""
    if not rules:
        return []
    task = {
        "do": "examine",
        "path": str(path.absolute()),
        "rules": [asdict(rule) for rule in rules],
        "types": dict(types),
    }
    try:
        answer = in_child(task, limits, field="file")
    except PortalError as error:
        return [not_made(error) for _rule in rules]
    return [Finding.from_json(found) for found in answer["findings"]]


def wrong_rows(sql: str, inputs: Mapping[str, Path], limits: Limits) -> Finding:
    """What a query finds that answers wrong rows, in a child of its own."""
    began = time.monotonic()
    paths = {slug: str(path.absolute()) for slug, path in inputs.items()}
    task = {"do": "wrong", "sql": sql, "inputs": paths}
    try:
        return Finding.from_json(in_child(task, limits, field="sql"))
    except PortalError as error:
        return replace(not_made(error), seconds=round(time.monotonic() - began, 3))
