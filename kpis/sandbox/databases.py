"""What a child does with a database, and how the parent asks for it.

The password travels through the child's standard input; it stands in no environment and no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sandbox.limits import Limits
from kpis.sandbox.outside import gate, located
from kpis.sandbox.run import in_child, swept
from kpis.sources.base import Caps, Column, LoadReport, Progress, ignore
from kpis.sources.databases.base import Attribute, Database, Place, Relation
from kpis.sources.databases.looking import Look, Survey
from kpis.sources.databases.registry import database_of
from kpis.sources.marks import After

LOOK = Limits(seconds=30, memory_mb=1_024)


def knock_at(place: Place) -> list[Relation]:
    """Tables and views that can be read there; raises in words where that is not so."""
    answer = in_child(_task("knock", place), LOOK, field="host")
    return [Relation(**row) for row in answer["relations"]]


def look_at(place: Place, asked: Mapping[str, str], *, rows: int = 50) -> Look:
    """Columns and first rows of a table (``schema``, ``table``) or of typed ``sql``."""
    task = _task("look", place, asked, rows=rows)
    try:
        answer = in_child(task, LOOK, field="sql" if asked.get("sql") else "table")
    except Invalid as error:
        raise located(error, asked.get("sql", ""), database_of(place.kind)) from None
    return Look(
        tuple(Attribute(**row) for row in answer["attributes"]),
        tuple(tuple(row) for row in answer["rows"]),
    )


def columns_at(place: Place, relations: Sequence[Mapping[str, str]]) -> list[list[str]]:
    """What the columns of each of these tables (``schema``, ``table``) are called."""
    task = _task("columns", place, relations=[dict(relation) for relation in relations])
    found: list[list[str]] = in_child(task, LOOK, field="table")["columns"]
    return found


def survey_of(place: Place, asked: Mapping[str, str], limits: Limits) -> Survey:
    """How many rows, and what the columns hold, asked at the source."""
    answer = in_child(_task("survey", place, asked), limits, field="sql")
    columns = tuple(Column(**row) for row in answer["columns"])
    return Survey(answer["rows"], columns, answer["sql"])


def extract_from(
    place: Place,
    asked: Mapping[str, str],
    target: Path,
    progress: Progress = ignore,
    *,
    caps: Caps,
    limits: Limits,
    time_zone: str = "UTC",
    after: After | None = None,
) -> LoadReport:
    """All rows, or those after a mark, as Parquet at ``target``, or nothing there."""
    with swept(target):
        task = _task(
            "extract", place, asked, target=str(target.absolute()), caps=asdict(caps),
            time_zone=time_zone, after=after.to_json() if after is not None else None,
        )  # fmt: skip
        return LoadReport.from_json(in_child(task, limits, field="sql", progress=progress))


def _task(do: str, place: Place, asked: Mapping[str, str] | None = None, **more: Any) -> Any:
    return {"do": f"database.{do}", "place": place.to_json(), "asked": dict(asked or {}), **more}


def query_of(database: Database, asked: Mapping[str, str]) -> str:
    """What is sent: a whole table, or typed SQL that has passed the gate."""
    if asked.get("sql"):
        if not database.takes_sql:
            raise Invalid(
                _("%(kind)s takes no typed SQL here: choose a table or a view.",
                  kind=database.label),
                field="sql",
            )  # fmt: skip
        return gate(asked["sql"], database)
    return f"SELECT * FROM {database.table(asked.get('schema', ''), asked['table'])}"


def place_of(task: Mapping[str, Any]) -> tuple[Database, Place]:
    place = Place.from_json(task["place"])
    return database_of(place.kind), place
