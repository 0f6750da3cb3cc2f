"""From a CSV file to an immutable Parquet file, or to nothing at all."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import (
    BAD_ROWS_SHOWN,
    ROW,
    BadRow,
    Caps,
    ClockChanges,
    Column,
    LoadReport,
    Progress,
    ignore,
)
from kpis.sources.csv.bad import Bad, more_rows
from kpis.sources.csv.convert import Plan, filled, has_value, typed
from kpis.sources.csv.detect import findings
from kpis.sources.csv.stage import SHOWN, Staged, Stager
from kpis.sources.csv.staging import staged
from kpis.sources.csv.stamps import ORDER_WORDS
from kpis.sources.guard import counting, explain, literal, name, run_reporting
from kpis.sources.parquet import WRITTEN, beside, describe, latest, put_in_place, sha256_of
from kpis.sources.reading import Reading
from kpis.sources.zones import Step, odd_sql, steps, to_utc_sql, zone_named

A_TYPE = {
    "integer": _("a whole number"),
    "number": _("a number"),
    "boolean": _("true or false"),
    "date": _("a date"),
    "timestamp": _("a date with a time"),
}


@dataclass(slots=True)
class Work:
    """One load while it is made."""

    stage: Staged
    options: Reading
    plans: list[Plan]
    part: Path
    known: dict[str, list[Step]] = field(default_factory=dict)

    def one(self, sql: str) -> tuple[int, ...]:
        """The only row of a query of counts."""
        return self.stage.connection.execute(sql).fetchone() or ()

    def filled(self, plan: Plan) -> str:
        return filled(plan.source, self.options.null_tokens)

    def typed(self, plan: Plan) -> str:
        """The value in its type; timestamps in UTC."""
        value = typed(plan, self.options.null_tokens, self.options.decimal)
        if plan.type != "timestamp" or plan.stamps is None:
            return value
        fixed = plan.stamps.fixed(self.filled(plan))
        value = to_utc_sql(value, self.known.get(plan.source, []))
        return f"coalesce({fixed}, {value})" if fixed else value

    def misfit(self, plan: Plan) -> str:
        """The condition that there is a value and it does not have the type."""
        return f"({self.filled(plan)} IS NOT NULL AND {self.typed(plan)} IS NULL)"


def load(
    path: Path,
    options: Reading,
    target: Path,
    progress: Progress = ignore,
    *,
    caps: Caps | None = None,
    memory_mb: int = 512,
    stager: Stager[Any] = staged,
) -> LoadReport:
    """Write the file as Parquet to ``target``: all of it, read-only, or nothing.

    ``_row`` is the number of the data row in the file, from 1, blank lines not counted; a skipped
    row keeps its number. Timestamps are UTC without zone.
    """
    began = time.monotonic()
    caps = caps or Caps()
    try:
        with (
            beside(target) as part,
            stager(path, options, part, progress, caps=caps, memory_mb=memory_mb) as stage,
        ):
            work = Work(stage, options, plans_for(stage, options), part)
            return _load(work, target, progress, began)
    except (duckdb.Error, OSError, MemoryError) as error:
        raise explain(error, doing=_("loading the file")) from error


def _load(work: Work, target: Path, progress: Progress, began: float) -> LoadReport:
    stage = work.stage
    progress(55, 100)
    _know_clocks(work)
    _write(work, progress, "")
    rows, columns = describe(stage.connection, work.part)
    bad = _misfits(work, columns)
    if bad.total:
        if work.options.bad_rows == "stop":
            raise refusal_of(work, bad)
        keep = " AND ".join(f"NOT {work.misfit(plan)}" for plan in checked(work))
        _write(work, progress, f" WHERE {keep}")
        rows, columns = describe(stage.connection, work.part)
    changes = _clock_changes(work)
    size, sha256 = work.part.stat().st_size, sha256_of(work.part)
    put_in_place(work.part, target)
    progress(100, 100)
    return LoadReport(
        rows=rows,
        bytes=size,
        source_bytes=stage.source.bytes,
        source_sha256=stage.source.sha256,
        sha256=sha256,
        columns=columns,
        as_of=latest(columns),
        seconds=round(time.monotonic() - began, 3),
        bad_rows=tuple(sorted([*stage.bad.shown, *bad.shown], key=lambda row: row.line)),
        bad_rows_total=stage.bad.total + bad.total,
        clock_changes=changes,
        notes=stage.notes,
        cut=stage.bad.cut,
    )


def plans_for(stage: Staged, options: Reading) -> list[Plan]:
    unknown = sorted(set(options.types) - set(stage.dialect.names))
    if unknown:
        raise Invalid(
            _(
                "The file has no column “%(name)s”. Its columns: %(columns)s.",
                name=unknown[0],
                columns=", ".join(stage.dialect.names[:20]),
            ),
            field="types",
        )
    found = findings(stage, options, options.null_tokens, trusting=True)
    for need in (*stage.needs, *(finding.need for finding in found)):
        if need is not None and need.urgent:
            raise Invalid(need.question, field=need.kind, needs=[asdict(need)])
    return [finding.plan for finding in found]


def _know_clocks(work: Work) -> None:
    """What the clocks of the declared zone did in the years that occur."""
    if work.options.time_zone == "UTC":
        return
    zone = zone_named(work.options.time_zone)
    for plan in work.plans:
        if plan.type == "timestamp" and plan.stamps is not None:
            value = typed(plan, work.options.null_tokens, work.options.decimal)
            years = work.stage.connection.execute(
                f"SELECT DISTINCT year({value}) AS y FROM raw WHERE y IS NOT NULL"
            ).fetchall()
            work.known[plan.source] = steps(zone, [row[0] for row in years])


def _write(work: Work, progress: Progress, where: str) -> None:
    columns = ", ".join(f"{work.typed(plan)} AS {name(plan.name)}" for plan in work.plans)
    run_reporting(
        work.stage.connection,
        f"COPY (SELECT {columns}, CAST(_row AS BIGINT) AS {ROW} FROM raw{where}) "
        f"TO {literal(str(work.part))} {WRITTEN}",
        progress,
        start=55,
        stop=95,
    )


def checked(work: Work) -> list[Plan]:
    return [plan for plan in work.plans if plan.type != "text"]


def _misfits(work: Work, columns: tuple[Column, ...]) -> Bad:
    """Rows with a value that did not become its type: there are more nulls than in the source."""
    plans = checked(work)
    if not plans:
        return Bad()
    values = [has_value(plan.source, work.options.null_tokens) for plan in plans]
    before = work.one(f"SELECT {', '.join(f'count(*) - {counting(v)}' for v in values)} FROM raw")
    after = {column.name: column.nulls for column in columns}
    wrong = [plan for plan, nulls in zip(plans, before, strict=True) if after[plan.name] != nulls]
    return misfits_in(work, wrong)


def misfits_in(work: Work, wrong: list[Plan]) -> Bad:
    """Rows with a value in one of these columns that does not become its type."""
    bad = Bad()
    if not wrong:
        return bad
    either = " OR ".join(work.misfit(plan) for plan in wrong)
    cells = ", ".join(
        f"CASE WHEN {work.misfit(plan)} THEN {work.filled(plan)} END" for plan in wrong
    )
    rows = work.stage.connection.execute(
        f"SELECT _row, {cells} FROM raw WHERE {either} ORDER BY _row LIMIT {BAD_ROWS_SHOWN}"
    ).fetchall()
    lines = work.stage.lines({row[0] for row in rows})
    for number, *values in rows:
        plan, value = next(
            (plan, value) for plan, value in zip(wrong, values, strict=True) if value is not None
        )
        bad.add(BadRow(lines[number], plan.name, value[:SHOWN], _reason(plan, work.options)))
    bad.total = work.one(f"SELECT count(*) FROM raw WHERE {either}")[0]
    return bad


def _reason(plan: Plan, options: Reading) -> str:
    if plan.stamps is not None and plan.stamps.numeric:
        order = ORDER_WORDS[plan.order]
        return _("not %(type)s, %(order)s", type=A_TYPE[plan.type], order=order)
    if plan.type == "number" and options.decimal == ".":
        return _("not a number with a decimal point")
    if plan.type == "number":
        return _("not a number with a decimal comma")
    return _("not %(type)s", type=A_TYPE[plan.type])


def refusal_of(work: Work, bad: Bad) -> Invalid:
    first = bad.shown[0]
    return Invalid(
        _(
            "Line %(line)s, column “%(column)s”: “%(value)s” is %(reason)s.%(more)s "
            "Choose another type, add a spelling of “nothing”, or skip bad rows.",
            line=f"{first.line:,}",
            column=first.column,
            value=first.value,
            reason=first.reason,
            more=more_rows(bad.total - 1),
        ),
        field="types",
        bad_rows=[asdict(row) for row in bad.shown],
        bad_rows_total=bad.total,
        line=first.line,
        column=first.column,
    )


def _clock_changes(work: Work) -> dict[str, ClockChanges]:
    """How many stamps of each column met a change of the clocks."""
    counted = {}
    for plan in work.plans:
        known = work.known.get(plan.source)
        if not known:
            continue
        value = typed(plan, work.options.null_tokens, work.options.decimal)
        fixed = plan.stamps.fixed(work.filled(plan)) if plan.stamps else None
        naive = f" WHERE {fixed} IS NULL" if fixed else ""
        skipped, repeated = work.one(
            f"SELECT {counting(odd_sql('v', known, skipped=True))}, "
            f"{counting(odd_sql('v', known, skipped=False))} "
            f"FROM (SELECT {value} AS v FROM raw{naive})"
        )
        counted[plan.name] = ClockChanges(moved_forward=skipped, taken_as_first=repeated)
    return counted
