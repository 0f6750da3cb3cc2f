"""The child's side: one task from standard input, its answer as lines of JSON.

Started as ``python -I`` and bound to its parent's life from its first moment: nothing is imported
before the limits hold but what this file names.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from ace_portal.lib.errors import PortalError
from ace_portal.lib.words import packed
from kpis.sandbox.limits import Limits, hold_to

Task = Mapping[str, Any]

#: nobody looks on while these are done: who looks at a page comes first
LONG = {"load", "materialise", "merge", "examine", "database.extract"}
NICE = 19


def main() -> None:
    """Read the task, hold to its limits, answer."""
    out = _own_channel()
    task = json.loads(sys.stdin.read())
    limits = Limits(**task["limits"])
    hold_to(limits)
    if task["do"] in LONG:
        os.nice(NICE)
    try:
        _say(out, {"result": perform(task, limits, out)})
    except PortalError as error:
        _say(
            out,
            {
                "error": type(error).__name__,
                "message": error.message,
                "field": error.field,
                "details": error.details,
            },
        )
    except MemoryError:
        _say(out, {"error": "MemoryError"})
    out.flush()
    os._exit(0)  # threads of the database may still be busy with a query that was stopped


def perform(task: Task, limits: Limits, out: TextIO) -> Any:
    """Do what the task says; each kind imports what it needs."""
    if task["do"] in ("profile", "check", "load"):
        return _with_file(task, limits, out)
    if task["do"].startswith("database."):
        return _with_database(task, limits, out)
    if task["do"].startswith("http."):
        return _with_address(task, limits, out)
    if task["do"] in ("merge", "examine"):
        return _afterwards(task, limits)
    from kpis.sandbox import query

    inputs = {slug: Path(path) for slug, path in task["inputs"].items()}
    if task["do"] == "materialise":
        report = query.materialise(task["sql"], inputs, Path(task["part"]), limits)
        return report.to_json()
    if task["do"] == "wrong":
        from kpis.sandbox.wrong import wrong_rows

        return wrong_rows(task["sql"], inputs, limits).to_json()
    if task["do"] == "preview":
        columns, rows = query.preview(task["sql"], inputs, task["limit"], limits)
        return {"columns": [asdict(column) for column in columns], "rows": rows}
    return {"columns": [asdict(c) for c in query.outputs_of(task["sql"], inputs, limits)]}


def _afterwards(task: Task, limits: Limits) -> Any:
    """What is done to a file that is made: put to what is live, and checked."""
    if task["do"] == "merge":
        from kpis.sandbox.merge import Plan, merge

        plan = Plan(tuple(task["plan"]["keys"]), task["plan"]["last_wins"])
        old = Path(task["old"]) if task["old"] is not None else None
        return merge(old, Path(task["new"]), Path(task["out"]), plan, limits).to_json()
    from kpis.checking.rows import examine
    from kpis.checking.rules import Rule

    rules = [
        Rule(**{**rule, "columns": tuple(rule["columns"]), "values": tuple(rule["values"])})
        for rule in task["rules"]
    ]
    found = examine(
        Path(task["path"]), rules, task["types"], seconds=limits.seconds,
        memory_mb=limits.memory_mb, threads=limits.threads,
    )  # fmt: skip
    return {"findings": [finding.to_json() for finding in found]}


def _with_file(task: Task, limits: Limits, out: TextIO) -> Any:
    from kpis.sources.base import Caps
    from kpis.sources.registry import file_source

    source, caps = file_source(task["kind"]), Caps(**task["caps"])
    path = Path(task["path"])
    asked = source.options(task["options"]) if task["options"] is not None else None
    if task["do"] == "profile":
        return source.profile(path, asked, caps=caps).to_json()
    options = asked or source.options({})
    if task["do"] == "check":
        source.check(path, options, caps=caps)
        return {}
    report = source.load(
        path,
        options,
        Path(task["target"]),
        lambda done, total: _say(out, {"progress": [done, total]}),
        caps=caps,
        memory_mb=limits.memory_mb,
    )
    return report.to_json()


def _with_database(task: Task, limits: Limits, out: TextIO) -> Any:
    from kpis.sandbox.databases import place_of, query_of
    from kpis.sources.base import Caps
    from kpis.sources.databases import looking
    from kpis.sources.databases.rows import extract
    from kpis.sources.marks import After
    from kpis.sources.parquet import beside, put_in_place

    database, place = place_of(task)
    if task["do"] == "database.knock":
        found = looking.knock(database, place, seconds=limits.seconds)
        return {"relations": [asdict(relation) for relation in found]}
    if task["do"] == "database.columns":
        queries = [query_of(database, relation) for relation in task["relations"]]
        named = looking.columns(database, place, queries, seconds=limits.seconds)
        return {"columns": named}
    query = query_of(database, task["asked"])
    if task["do"] == "database.look":
        seen = looking.look(database, place, query, seconds=limits.seconds, rows=task["rows"])
        return asdict(seen)
    if task["do"] == "database.survey":
        return asdict(looking.survey(database, place, query, seconds=limits.seconds))
    target = Path(task["target"])
    with beside(target) as part:
        report = extract(
            database, place, query, part,
            lambda done, total: _say(out, {"progress": [done, total]}),
            caps=Caps(**task["caps"]), seconds=limits.seconds, memory_mb=limits.memory_mb,
            time_zone=task["time_zone"],
            after=After.from_json(task["after"]) if task["after"] is not None else None,
        )  # fmt: skip
        put_in_place(part, target)
        return report.to_json()


def _with_address(task: Task, limits: Limits, out: TextIO) -> Any:
    from kpis.sources.base import Caps
    from kpis.sources.http import loading
    from kpis.sources.http.asking import Asked, Site
    from kpis.sources.jsonl import JsonOptions
    from kpis.sources.marks import After

    site = Site.from_json(task["site"])
    if task["do"] == "http.knock":
        loading.knock(site, seconds=limits.seconds)
        return {}
    asked, target, caps = Asked.from_json(task["asked"]), Path(task["target"]), Caps(**task["caps"])
    if task["do"] == "http.sample":
        return asdict(loading.sample(site, asked, target, caps=caps, seconds=limits.seconds))
    report = loading.load(
        site, asked, JsonOptions.from_json(task["options"]), target,
        lambda done, total: _say(out, {"progress": [done, total]}),
        caps=caps, seconds=limits.seconds, memory_mb=limits.memory_mb,
        after=After.from_json(task["after"]) if task["after"] is not None else None,
    )  # fmt: skip
    return report.to_json()


def _own_channel() -> TextIO:
    """Standard output for us alone: whatever a library prints goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return out


def _say(out: TextIO, message: Mapping[str, Any]) -> None:
    out.write(json.dumps(packed(message)) + "\n")
    out.flush()
