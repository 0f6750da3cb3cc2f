"""A look at the whole file before anything is loaded."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ace_portal.lib.words import joined
from kpis.sources.base import Caps, ignore
from kpis.sources.csv.convert import Plan, filled, typed
from kpis.sources.csv.detect import findings
from kpis.sources.csv.options import Options
from kpis.sources.csv.orders import Finding
from kpis.sources.csv.sampling import likely_type, samples
from kpis.sources.csv.stage import Staged, Stager
from kpis.sources.csv.staging import staged
from kpis.sources.guard import among, counting
from kpis.sources.reading import ColumnProfile, NullToken, Profile, Reading

PREVIEW_ROWS = 50
EXAMPLES = 5
WHOLE_BYTES = 500_000_000  # larger files are profiled from their first rows
SAMPLE_ROWS = 500_000

CERTAIN_NULLS = (
    "?",
    "N/A",
    "n/a",
    "#N/A",
    "#NULL!",
    "NULL",
    "Null",
    "null",
    "NaN",
    "nan",
    "\\N",
    "(null)",
    "<null>",
    "(blank)",
)
POSSIBLE_NULLS = ("-", "--", ".", "NA", "na", "None", "none", "NONE", "nil", "unknown", "Unknown")


def profile(
    path: Path,
    options: Reading | None = None,
    *,
    caps: Caps | None = None,
    scratch: Path | None = None,
    memory_mb: int = 512,
    stager: Stager[Any] = staged,
    plain: Reading | None = None,
) -> Profile:
    """What the file seems to hold. Without options it is read as ``plain`` says, and the null
    tokens are proposed as well."""
    caps = caps or Caps()
    asked = options or plain or Options()
    # a profile shows everything that can be read; whether to stop is the load's question
    reading = replace(asked, bad_rows="skip") if options is not None else asked
    large = path.stat().st_size > WHOLE_BYTES
    with (
        tempfile.TemporaryDirectory(dir=scratch) as folder,
        stager(
            path,
            reading,
            Path(folder) / "profile",
            ignore,
            caps=caps,
            memory_mb=memory_mb,
            sample_rows=SAMPLE_ROWS if large else None,
        ) as stage,
    ):
        candidates = _null_candidates(stage)
        tokens = _tokens(stage, candidates, options)
        found = findings(stage, asked, tokens)
        columns = _columns(stage, found, candidates, tokens)
        shown = stage.connection.execute(
            f"SELECT * EXCLUDE (_row) FROM raw WHERE _row <= {PREVIEW_ROWS} ORDER BY _row"
        ).fetchall()
        return Profile(
            options=_proposed(stage, asked, found, tokens),
            bytes=stage.source.bytes,
            rows=stage.rows,
            complete=stage.complete,
            encoding_note=stage.source.note,
            dialect_note=stage.dialect.dialect_note,
            header_note=stage.dialect.header_note,
            columns=columns,
            null_candidates=_totals(candidates, tokens),
            needs=(*stage.needs, *(find.need for find in found if find.need is not None)),
            preview=tuple(tuple(cell or "" for cell in row) for row in shown),
            bad_rows_total=stage.bad.total,
            notes=stage.notes,
            cut=stage.bad.cut,
            as_of=_as_of(stage, asked, found, tokens),
        )


def _null_candidates(stage: Staged) -> dict[str, Counter[str]]:
    """Per column, how often each spelling of "nothing" occurs."""
    sources = [f"c{i}" for i in range(len(stage.dialect.names))]
    spelled = (*CERTAIN_NULLS, *POSSIBLE_NULLS)
    counts = stage.connection.execute(
        "SELECT "
        + ", ".join(
            f"count(*) - count({source}), {counting(among(f'trim({source})', spelled))}"
            for source in sources
        )
        + " FROM raw"
    ).fetchone() or (0,) * (2 * len(sources))
    found: dict[str, Counter[str]] = {}
    for place, source in enumerate(sources):
        empty, other = counts[2 * place : 2 * place + 2]
        found[source] = Counter({"": empty} if empty else {})
        if other:
            rows = stage.connection.execute(
                f"SELECT trim({source}) AS v, count(*) FROM raw WHERE {among('v', spelled)} "
                "GROUP BY v"
            ).fetchall()
            found[source].update(dict(rows))
    return found


def _tokens(
    stage: Staged, candidates: Mapping[str, Counter[str]], options: Reading | None
) -> tuple[str, ...]:
    """The null tokens: those told, or the certain ones that occur.

    A spelling that may well be a word is proposed only if it stands in a column whose other values
    are no text.
    """
    if options is not None:
        return options.null_tokens
    occurring = {token for counts in candidates.values() for token in counts}
    certain = [token for token in CERTAIN_NULLS if token in occurring]
    possible: set[str] = set()
    for source, values in samples(stage, (*certain, *POSSIBLE_NULLS)).items():
        if values and likely_type(values, ".") != "text":
            possible |= set(candidates[source]) & set(POSSIBLE_NULLS)
    return ("", *certain, *sorted(possible))


def _totals(
    candidates: Mapping[str, Counter[str]], tokens: tuple[str, ...]
) -> tuple[NullToken, ...]:
    total: Counter[str] = Counter()
    for counts in candidates.values():
        total.update(counts)
    return tuple(NullToken(token, count, token in tokens) for token, count in total.most_common())


def _columns(
    stage: Staged,
    found: list[Finding],
    candidates: Mapping[str, Counter[str]],
    tokens: tuple[str, ...],
) -> tuple[ColumnProfile, ...]:
    values = [filled(find.plan.source, tokens) for find in found]
    facts = stage.connection.execute(
        "SELECT "
        + ", ".join(f"count({v}), approx_count_distinct({v})" for v in values)
        + " FROM raw"
    ).fetchone() or (0,) * (2 * len(values))
    sampled = samples(stage, tokens)
    columns = []
    for place, finding in enumerate(found):
        source = finding.plan.source
        count, distinct = facts[2 * place : 2 * place + 2]
        columns.append(
            ColumnProfile(
                name=finding.plan.name,
                type=finding.plan.type,
                reason=finding.reason,
                nulls=stage.rows - count,
                distinct=distinct,
                examples=tuple(dict.fromkeys(sampled[source]))[:EXAMPLES],
                null_tokens=tuple(
                    NullToken(token, number, token in tokens)
                    for token, number in candidates[source].most_common()
                ),
                written=_written(finding.plan, sampled[source]),
            )
        )
    return tuple(columns)


def _written(plan: Plan, values: Sequence[str]) -> str:
    """How the values are spelled, where a spreadsheet may spell them otherwise."""
    if plan.type in ("date", "timestamp") and plan.stamps is not None:
        return plan.stamps.words(plan.order)
    if plan.type == "boolean":
        return joined(", ", sorted(set(values))[:4])
    return ""


def _as_of(
    stage: Staged, asked: Reading, found: list[Finding], tokens: tuple[str, ...]
) -> str | None:
    """The latest timestamp, once every date can be read, with "Z" where the file gives offsets;
    the latest day where none has a time."""
    kinds = {find.plan.type for find in found if find.plan.stamps}
    kind = "timestamp" if "timestamp" in kinds else "date"
    plans = [find.plan for find in found if find.plan.type == kind and find.plan.stamps]
    if not plans or any(find.need and find.need.kind == "date_order" for find in found):
        return None
    fixed = all(plan.stamps is not None and plan.stamps.offsets for plan in plans)
    moments = []
    for plan in plans:
        value = typed(plan, tokens, asked.decimal)
        known = plan.stamps.fixed(filled(plan.source, tokens)) if plan.stamps else None
        moments.append(f"max({f'coalesce({known}, {value})' if known else value})")
    latest = stage.connection.execute(f"SELECT greatest({', '.join(moments)}) FROM raw").fetchone()
    if latest is None or latest[0] is None:
        return None
    return str(latest[0]) + ("Z" if fixed and kind == "timestamp" else "")


def _proposed(
    stage: Staged, asked: Reading, found: list[Finding], tokens: tuple[str, ...]
) -> Reading:
    """Options that load the file as it was seen here.

    One date order is written down only if all columns agree and none is in question: a later file
    whose dates settle nothing is then read like this one.
    """
    orders = {
        finding.plan.order
        for finding in found
        if finding.plan.stamps is not None
        and finding.plan.stamps.numeric
        and finding.plan.type in ("date", "timestamp")
    }
    open_question = any(find.need and find.need.kind == "date_order" for find in found)
    agreed = next(iter(orders)) if len(orders) == 1 and not open_question else None
    return replace(
        asked,
        null_tokens=tokens,
        date_order=asked.date_order or agreed,
        types={finding.plan.name: finding.plan.type for finding in found},
        **stage.seen,
    )
