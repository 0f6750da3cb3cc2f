"""Whether a load would be refused, without writing one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb

from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps, ignore
from kpis.sources.csv.loading import Work, checked, misfits_in, plans_for, refusal_of
from kpis.sources.csv.stage import Stager
from kpis.sources.csv.staging import staged
from kpis.sources.guard import explain
from kpis.sources.reading import Reading


def check(
    path: Path,
    options: Reading,
    *,
    caps: Caps | None = None,
    memory_mb: int = 512,
    stager: Stager[Any] = staged,
) -> None:
    """Raise the ``Invalid`` that a load of every row with these options would."""
    caps = caps or Caps()
    try:
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder) / "check"
            with stager(path, options, part, ignore, caps=caps, memory_mb=memory_mb) as stage:
                work = Work(stage, options, plans_for(stage, options), part)
                bad = misfits_in(work, checked(work))
                if bad.total and options.bad_rows == "stop":
                    raise refusal_of(work, bad)
    except (duckdb.Error, OSError, MemoryError) as error:
        raise explain(error, doing=_("checking the file")) from error
