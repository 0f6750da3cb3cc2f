"""Some values of a column, and the type that they seem to have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kpis.sources.csv.convert import INTEGER, NUMBER, SPELLED, filled
from kpis.sources.csv.stage import Staged
from kpis.sources.csv.stamps import looks_like_stamp

SAMPLE_ROWS = 1_000
FEW = 50  # with fewer values than this in the sample, look for more
LIKELY = 0.8


def samples(
    staged: Staged, tokens: tuple[str, ...], wanted: Sequence[str] | None = None
) -> dict[str, list[str]]:
    """Some values of the columns, trimmed and without nulls, spread over the file."""
    sources = wanted
    if sources is None:
        sources = [f"c{i}" for i in range(len(staged.dialect.names))]
    if not sources:
        return {}
    step = max(staged.rows // SAMPLE_ROWS, 1)
    rows = staged.connection.execute(
        f"SELECT {', '.join(f'trim({source})' for source in sources)} FROM raw "
        f"WHERE _row <= {SAMPLE_ROWS // 2} OR _row % {step} = 0 ORDER BY _row"
    ).fetchall()
    found = {}
    for place, source in enumerate(sources):
        nothing = {None, "", *tokens}
        values = [row[place] for row in rows if row[place] not in nothing]
        if len(values) < FEW and staged.rows > SAMPLE_ROWS:
            value = filled(source, tokens)
            more = staged.connection.execute(
                f"SELECT {value} AS v FROM raw WHERE v IS NOT NULL LIMIT {SAMPLE_ROWS}"
            ).fetchall()
            values = [row[0] for row in more]
        found[source] = values
    return found


def likely_type(values: Sequence[str], decimal: str) -> str:
    """The type that most of the values have."""
    kinds = Counter(_type_of(value, decimal) for value in values)
    kinds.pop("", None)
    numbers = kinds["integer"] + kinds["number"]
    if kinds["number"]:
        kinds["integer"], kinds["number"] = 0, numbers
    kind, count = kinds.most_common(1)[0] if kinds else ("text", 0)
    return kind if count >= LIKELY * len(values) and count else "text"


def _type_of(value: str, decimal: str) -> str:
    if value.lower() in SPELLED:
        return "boolean"
    if re.fullmatch(INTEGER, value):
        return "integer"
    if re.fullmatch(NUMBER[decimal], value):
        return "number"
    return "timestamp" if looks_like_stamp(value) else "text"
